public protocol DomainStore: Sendable {
    /// `.conflict` when the tenant has this domain already.
    func insert(_ domain: SendingDomain) async throws(StorageFailure)
    func domain(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> SendingDomain?
    func domains(of tenant: UUIDv7) async throws(StorageFailure) -> [SendingDomain]
    /// Of every tenant: what the keyring is filled from.
    func allDomains() async throws(StorageFailure) -> [SendingDomain]
    func removeDomain(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool
}
