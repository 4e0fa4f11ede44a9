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

/// What was found out for one request: the messages of a batch mostly have one sender.
struct KnownSenders {
    let check: SenderCheck
    let caller: Caller
    private var last: (domain: Domain, problem: String?)?

    init(check: SenderCheck, caller: Caller) {
        self.check = check
        self.caller = caller
    }

    /// `nil`: the caller may send from there.
    mutating func problem(_ domain: Domain) async throws(ServiceFailure) -> String? {
        if let last, last.domain == domain { return last.problem }
        do {
            let problem = try await check.problem(domain, for: caller)
            last = (domain, problem)
            return problem
        } catch { throw ServiceFailure(storage: error, doing: "domain lookup") }
    }
}
