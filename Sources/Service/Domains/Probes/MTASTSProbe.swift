import DNSAuth
import Mail

/// Whether the domain protects the mail that comes in to it (RFC 8461). Matters nothing to what it sends.
struct MTASTSProbe {
    var source: any MTASTSSource

    func probe(_ domain: Domain) -> DomainProbe {
        let (source, name) = (source, "_mta-sts.\(domain.text)")
        return DomainProbe(.mtaSTS, record: name, type: "TXT") { () throws(ResolverFailure) in
            func finding(_ status: DomainFinding.Status, _ policy: MTASTSPolicy?, _ advice: String) -> DomainFinding {
                DomainFinding(
                    .mtaSTS, status, record: name, type: "TXT", published: policy.map(Self.shown) ?? [],
                    advice: advice)
            }
            switch await source.policy(for: domain) {
            case .absent:
                return finding(
                    .optional, nil,
                    "Optional: with an MTA-STS policy (RFC 8461) senders refuse to deliver to you over forged or "
                        + "missing TLS."
                )
            case .testing(let policy):
                return finding(.ok, policy, "The policy is in testing mode: go on to enforce when reports are clean.")
            case .enforce(let policy): return finding(.ok, policy, "")
            case .unavailable(let reason):
                return finding(.invalid, nil, "The policy cannot be used: \(Self.words(for: reason)).")
            }
        }
    }

    private static func shown(_ policy: MTASTSPolicy) -> [String] {
        ["id: \(policy.id)", "mode: \(policy.mode.rawValue)"] + policy.mx.prefix(8).map { "mx: \($0)" }
    }

    private static func words(for failure: MTASTSFetchFailure) -> String {
        switch failure {
        case .fetch(let reason): "it cannot be fetched (\(reason))"
        case .invalid(let reason): "it breaks the rules (\(reason))"
        case .certificate(let reason): "its server's certificate does not hold (\(reason))"
        }
    }
}
