import Mail

/// Whether a tenant may send from a domain.
struct SenderCheck {
    let domains: DomainDirectory
    let options: SendOptions

    /// `nil`: it may.
    func problem(_ domain: Domain, for caller: Caller) async throws(StorageFailure) -> String? {
        if let bound = caller.domain, !domain.isWithin(bound) { return "This key may send from \(bound.text) only." }
        guard options.requiresKnownDomain else { return nil }
        guard let owned = try await domains.status(of: domain, tenant: caller.tenant) else {
            return "The domain \(domain.text) has not been added."
        }
        switch owned.status {
        case .verified: return nil
        case .pending:
            return options.requiresVerifiedDomain ? "The domain \(owned.name.text) has not been verified." : nil
        }
    }
}
