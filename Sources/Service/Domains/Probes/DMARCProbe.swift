import DNSAuth
import Mail

/// Which DMARC record applies to mail of the domain, and what it asks for.
struct DMARCProbe {
    var resolver: any Resolver

    func probe(_ domain: Domain) -> DomainProbe {
        let (discovery, name) = (DMARCDiscovery(resolver: resolver), "_dmarc.\(domain.text)")
        return DomainProbe(.dmarc, record: name, type: "TXT") { () throws(ResolverFailure) in
            let count = try await discovery.recordCount(at: domain)
            if count > 1 {
                // RFC 9989 §4.10 step 2: several records at one name count as none.
                return DomainFinding(
                    .dmarc, .invalid, record: name, type: "TXT",
                    advice: "There are \(count) DMARC records at \(name), so receivers ignore them all: leave one.")
            }
            guard let found = try await discovery.find(for: domain) else {
                return DomainFinding(
                    .dmarc, .missing, record: name, type: "TXT",
                    advice:
                        "Publish a TXT record at \(name), to begin with 'v=DMARC1; p=none': large receivers ask for it."
                )
            }
            return Self.judge(found, author: domain)
        }
    }

    private static func judge(_ found: DMARCDiscovery.Finding, author: Domain) -> DomainFinding {
        let record = "_dmarc.\(found.domain.text)"
        func finding(_ status: DomainFinding.Status, _ advice: String, merit: Int? = nil) -> DomainFinding {
            DomainFinding(
                .dmarc, status, record: record, type: "TXT", published: [found.record.text], advice: advice,
                merit: merit)
        }
        guard let policy = found.policy else {
            return finding(.invalid, "The record at \(record) has no valid policy, so it asks for nothing: add p=none.")
        }
        var advice: [String] = []
        let faults = found.record.faults.filter { fault in
            switch fault {
            case .obsolete, .obsoleteSize, .unknown, .emptyTag, .missingPolicy: false
            case .misplacedPolicy, .badValue, .duplicate, .malformed, .badURI, .tooMany: true
            }
        }
        if !faults.isEmpty {
            advice.append("In the record at \(record): \(faults.prefix(3).map(\.description).joined(separator: "; ")).")
        }
        if found.record.aggregateReports.isEmpty {
            advice.append("Add rua=mailto: with an address of yours, to hear who sends under the domain's name.")
        }
        if policy == .none {
            advice.append(
                "With p=none nothing is done about forgeries: go on to quarantine or reject when the reports are clean."
            )
        }
        return finding(.ok, advice.joined(separator: " "), merit: policy == .none ? 75 : 100)
    }
}
