import Mail

extension Domain {
    /// For literals in tests.
    static func name(_ text: String) -> Domain { Domain(canonical: text) }
}

extension SPFOutcome {
    static func mailFrom(_ result: SPFResult, _ domain: String) -> SPFOutcome {
        SPFOutcome(result, identity: .mailFrom, domain: domain, reason: "test")
    }
}

extension DKIMOutcome {
    static func signed(_ result: DKIMResult, _ domain: String) -> DKIMOutcome {
        DKIMOutcome(result, reason: "test", domain: .name(domain))
    }
}
