import DNSAuth
import Mail

/// Whether the domain wants to hear of TLS failures on the way to it (RFC 8460). Matters nothing to what it sends.
struct TLSReportProbe {
    var resolver: any Resolver

    func probe(_ domain: Domain) -> DomainProbe {
        // The second question for the text is answered from memory.
        let (resolver, name) = (QuestionMemo(resolver), TLSRPTRecord.name(for: domain))
        return DomainProbe(.tlsReports, record: name, type: "TXT") { () throws(ResolverFailure) in
            func finding(
                _ status: DomainFinding.Status, _ advice: String
            ) async throws(ResolverFailure) -> DomainFinding {
                let published = try await resolver.txt(name).records
                return DomainFinding(
                    .tlsReports, status, record: name, type: "TXT", published: published, advice: advice)
            }
            switch await TLSRPTCheck(resolver: resolver).record(for: domain) {
            case .found: return try await finding(.ok, "")
            case .absent:
                return DomainFinding(
                    .tlsReports, .optional, record: name, type: "TXT",
                    advice: "Optional: a TLS-RPT record (RFC 8460) brings reports of TLS failures on the way to you.")
            case .several(let count):
                return try await finding(.invalid, "There are \(count) TLS-RPT records at \(name): leave one.")
            case .invalid:
                return try await finding(.invalid, "The TLS-RPT record at \(name) breaks the rules of RFC 8460.")
            case .failed(let failure): throw failure
            }
        }
    }
}
