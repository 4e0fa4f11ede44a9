import Mail

/// What a connection to one host has to prove, and who says so.
struct HostDemand: Hashable, Sendable {
    var protection: TLSProtection
    /// The destination asks for it, not our configuration: that a host fails it says nothing about the other
    /// destinations of the site.
    var isPublished = false
    /// What the host's TLSA records said; `nil` where nobody asked.
    var dane: DANEStatus?
    /// What TLS reports say was applied (RFC 8460 §4.4); `nil` for connections that are not reported on.
    var report: TLSAttempt.Policy?
    /// A policy under test: the certificate is judged for the report only (RFC 8461 §5).
    var isTested = false
    /// What is to be reported even when the session succeeds.
    var finding: Finding?

    struct Finding: Hashable, Sendable {
        var failure: TLSAttempt.Failure
        var detail: String
    }

    init(_ protection: TLSProtection) { self.protection = protection }

    /// As the configuration alone says.
    init(configured mode: TLSMode) {
        switch mode {
        case .none: protection = .none
        case .opportunistic: protection = .opportunistic
        case .required: protection = .encrypted
        case .verify, .implicit: protection = .verified
        // Nobody is to be asked what is published, so the answer is the one of an empty DNS.
        case .published: protection = .opportunistic
        case .dane, .mtaSTS: protection = .verified
        }
    }
}

/// A host that must not be connected to, and why.
struct HostExclusion: Error, Hashable, Sendable {
    var reason: DeferralReason
    var report: TLSAttempt.Policy?
    var finding: HostDemand.Finding

    init(
        _ reason: DeferralReason, _ report: TLSAttempt.Policy, _ failure: TLSAttempt.Failure, _ detail: String
    ) {
        self.reason = reason
        self.report = report
        finding = HostDemand.Finding(failure: failure, detail: detail)
    }
}
