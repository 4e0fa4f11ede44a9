public protocol DomainStore: Sendable {
    /// `.conflict` when the tenant has this domain already.
    func insert(_ domain: SendingDomain) async throws(StorageFailure)
    func domain(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> SendingDomain?
    func domains(of tenant: UUIDv7) async throws(StorageFailure) -> [SendingDomain]
    /// Of every tenant: what the keyring is filled from.
    func allDomains() async throws(StorageFailure) -> [SendingDomain]
    func removeDomain(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool
    /// Of every tenant, those whose `nextCheck` has come, the longest due first. A next check more than `horizon` ahead
    /// counts as due: the clock was set back.
    func domainsDue(
        at time: WallTime, horizon: Duration, limit: Int
    ) async throws(StorageFailure) -> [SendingDomain]
    /// What the last check found, in its order; empty before the first one.
    func findings(of id: UUIDv7, tenant: UUIDv7) async throws(StorageFailure) -> [DomainFinding]
    /// Replaces what may change (not the name, the tenant or when it was made) and counts the revision up. Keys that
    /// are not in `domain.dkim` any more are deleted.
    /// - Parameter findings: `nil` leaves those of the last check.
    /// - Returns: false when the domain is gone. `.conflict` when the stored revision is not the domain's: somebody
    ///   else has changed it since it was read.
    func update(_ domain: SendingDomain, findings: [DomainFinding]?) async throws(StorageFailure) -> Bool
}
