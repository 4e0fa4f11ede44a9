import Loop
import Mail

/// Decides what a connection to a host has to prove, from the configuration and from what is published. Pure.
///
/// DANE outranks MTA-STS (RFC 8461 §2): where TLSA records can be used, the MTA-STS policy is not looked at. Where they
/// are there and none can be used, DANE asks for TLS without authentication, so an MTA-STS policy may ask for more.
enum TLSRuling {
    typealias Ruling = Result<HostDemand, HostExclusion>

    /// Whether the host's TLSA records have a say, and have to be looked up.
    static func needsDANE(_ mode: TLSMode, _ policy: DestinationTLSPolicy) -> Bool {
        switch mode {
        case .dane, .published: policy.isExchangeListSecure
        case .none, .opportunistic, .required, .verify, .implicit, .mtaSTS: false
        }
    }

    /// - Parameters:
    ///   - host: the MX host, empty where only an address is known.
    ///   - dane: `.absent` where `needsDANE` is false.
    ///   - names: of the destination itself; they stand for the host in a DANE-TA certificate (RFC 7672 §3.2.2).
    static func decide(
        _ mode: TLSMode, _ policy: DestinationTLSPolicy, host: String, dane: DANEStatus, names: [String]
    ) -> Ruling {
        var ruling = unmarked(mode, policy, host, dane, names)
        if case .success(var demand) = ruling {
            demand.isPublished = mode.asksForPolicies && demand.protection.isMandatory
            demand.dane = needsDANE(mode, policy) ? dane : nil
            ruling = .success(demand)
        }
        return ruling
    }

    private static func unmarked(
        _ mode: TLSMode, _ policy: DestinationTLSPolicy, _ host: String, _ dane: DANEStatus, _ names: [String]
    ) -> Ruling {
        switch mode {
        case .none, .opportunistic, .required, .verify, .implicit: .success(HostDemand(configured: mode))
        case .dane: danePublished(dane, host, names) ?? .failure(daneMissing(host, dane))
        case .mtaSTS: enforced(policy.sts, host) ?? .failure(policyMissing)
        case .published: danePublished(dane, host, names) ?? best(policy.sts, host, dane)
        }
    }

    /// `nil` where DANE has nothing to say about who the host is.
    private static func danePublished(_ dane: DANEStatus, _ host: String, _ names: [String]) -> Ruling? {
        switch dane {
        case .usable(let records, let hostNames, let base):
            let all = (hostNames + names).reduce(into: [base]) { if !$0.contains($1) { $0.append($1) } }
            var demand = HostDemand(.dane(DANEReference(records: records, names: all, baseDomain: base)))
            demand.report = .tlsa(records: records.map(\.presentation), host: base)
            return .success(demand)
        case .failed(let reason):
            // RFC 7672 §2.2: the host must not be used.
            return .failure(
                HostExclusion(.tlsaLookupFailed, .tlsa(records: [], host: host), .dnssecInvalid, reason))
        case .absent, .unusable: return nil
        }
    }

    /// `nil` where no policy is enforced.
    private static func enforced(_ sts: DestinationTLSPolicy.STS, _ host: String) -> Ruling? {
        guard case .enforce(let policy) = sts else { return nil }
        guard policy.names(host: host) else {
            // RFC 8461 §4.1: a host that no pattern matches is not to be used.
            return .failure(HostExclusion(.tlsPolicyForbidsHosts, .sts(policy), .validationFailure, notNamed(host)))
        }
        var demand = HostDemand(.verified)
        demand.report = .sts(policy)
        return .success(demand)
    }

    /// Without usable TLSA records.
    private static func best(_ sts: DestinationTLSPolicy.STS, _ host: String, _ dane: DANEStatus) -> Ruling {
        if let enforced = enforced(sts, host) { return enforced }
        if dane == .unusable {
            // RFC 7672 §2.2: TLS is mandatory, whoever the peer is.
            var demand = HostDemand(.encrypted)
            demand.report = .tlsa(records: [], host: host)
            demand.finding = .init(failure: .tlsaInvalid, detail: "none of the TLSA records can be used")
            return .success(demand)
        }
        var demand = HostDemand(.opportunistic)
        switch sts {
        case .absent, .enforce: demand.report = TLSAttempt.Policy.none
        case .testing(let policy):
            demand.report = .sts(policy)
            demand.isTested = true
            if !policy.names(host: host) {
                demand.finding = .init(failure: .validationFailure, detail: notNamed(host))
            }
        case .unavailable(let failure):
            demand.report = .sts(MTASTSPolicy(mode: .none, mx: [], maxAge: 0, id: "", lines: []))
            demand.finding = .init(failure)
        }
        return .success(demand)
    }

    private static func daneMissing(_ host: String, _ dane: DANEStatus) -> HostExclusion {
        let detail = dane == .unusable ? "none of the TLSA records can be used" : "no secure TLSA records"
        return HostExclusion(.tlsPolicyMissing, .tlsa(records: [], host: host), .daneRequired, detail)
    }

    private static let policyMissing = HostExclusion(
        .tlsPolicyMissing, .none, .validationFailure, "no enforced MTA-STS policy")

    private static func notNamed(_ host: String) -> String { "\(host) is none of the hosts of the MTA-STS policy" }
}

extension HostDemand.Finding {
    /// RFC 8460 §4.3.2.2
    init(_ failure: MTASTSFetchFailure) {
        switch failure {
        case .fetch(let reason): self.init(failure: .stsPolicyFetchError, detail: reason)
        case .invalid(let reason): self.init(failure: .stsPolicyInvalid, detail: reason)
        case .certificate(let reason): self.init(failure: .stsWebPKIInvalid, detail: reason)
        }
    }
}
