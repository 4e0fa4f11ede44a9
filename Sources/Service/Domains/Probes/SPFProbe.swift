import DNSAuth
import Mail

/// Whether the domain's SPF record lets every address pass that mail leaves from, whatever way it says so.
struct SPFProbe {
    var resolver: any Resolver
    var setup: SendingSetup
    var time: any TimeSource
    private static let recordLimit = 4_096

    func probe(_ domain: Domain) -> DomainProbe {
        let prober = self
        return DomainProbe(.spf, record: domain.text, type: "TXT") { () throws(ResolverFailure) in
            try await prober.look(at: domain)
        }
    }

    private func look(at domain: Domain) async throws(ResolverFailure) -> DomainFinding {
        let records = try await resolver.txt(domain.text).records.filter(SPFAdvice.isSPF)
        func finding(_ status: DomainFinding.Status, _ advice: String, expected: String? = nil) -> DomainFinding {
            DomainFinding(
                .spf, status, record: domain.text, type: "TXT", published: records,
                expected: [expected ?? records.first { $0.utf8.count <= Self.recordLimit } ?? SPFAdvice.fresh(setup)],
                advice: advice)
        }
        guard let record = records.first else {
            return finding(
                .missing, "Publish the expected TXT record at \(domain): it names who may send for the domain.")
        }
        // A longer one is more than receivers take; it is to be written anew.
        let completed =
            record.utf8.count > Self.recordLimit ? SPFAdvice.fresh(setup) : SPFAdvice.completed(record, setup)
        // RFC 7208 §4.5: several records are a permanent error.
        guard records.count == 1 else {
            return finding(
                .invalid,
                "There are \(records.count) SPF records at \(domain), so receivers use none: merge them into one.",
                expected: completed)
        }
        let sources =
            setup.sources.isEmpty ? try await resolver.addresses(setup.hostname).records : setup.sources
        guard !sources.isEmpty else {
            return SPFAdvice.contains(record, setup)
                ? finding(.ok, "")
                : finding(.mismatch, "Add '\(setup.spfTerm)' to the SPF record of \(domain).", expected: completed)
        }
        let check = SPFSourceCheck(resolver: QuestionMemo(resolver), hostname: setup.hostname, time: time)
        var refused: [String] = []
        for source in sources {
            let outcome = await check.evaluate(source, for: domain)
            switch outcome.result {
            case .pass: continue
            case .temperror: throw .timeout
            case .permerror:
                return finding(
                    .invalid, "The SPF record of \(domain) cannot be used: \(outcome.reason).", expected: completed)
            case .none, .neutral, .fail, .softfail: refused.append("\(source)")
            }
        }
        if refused.isEmpty {
            return SPFAdvice.contains(record, setup)
                ? finding(.ok, "")
                : finding(
                    .ok,
                    "The record lets us pass without naming us: put '\(setup.spfTerm)' into it, since our addresses "
                        + "may change."
                )
        }
        var failed = finding(
            .mismatch,
            "The SPF record of \(domain) does not let \(refused.prefix(5).joined(separator: ", ")) pass: put "
                + "'\(setup.spfTerm)' into it, before 'all'.",
            expected: completed)
        failed.merit = 100 * (sources.count - refused.count) / sources.count
        return failed
    }
}
