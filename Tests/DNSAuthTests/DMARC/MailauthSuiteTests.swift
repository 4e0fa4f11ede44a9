import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The DMARC tests of mailauth: 29 for RFC 9989, 34 of its verifier, 25 of its record reader.
@Suite struct MailauthSuiteTests {
    /// Facts about the calls of one case, by the subject of the expectation.
    private struct Facts {
        var values: [String: MailauthFact] = [:]
        subscript(_ subject: String) -> MailauthFact { values[subject] ?? .absent }

        func judge(_ subject: String, _ predicate: String) -> Bool? {
            guard let property = predicate.wholeMatch(of: /not\.have\.property\('(.*)'\)/)?.1 else {
                return self[subject].satisfies(predicate)
            }
            return self["\(subject).\(property)"] == .absent
        }
    }

    @Test func rfc9989() async throws {
        try await run(
            "rfc9989-compliance.json", cases: 29,
            deviations: [
                "does not inherit the org policy when the author domain publishes multiple records (§4.10 step 2)":
                    """
                RFC 9989 §4.10 step 2 discards the records and stops only for psd=; §4.10.1 has the walk go on when \
                no valid record is found by the first query. (RFC9989-NOTES.md: not to be scored)
                """
            ]
        ) { test in
            try await self.verified(test)
        }
    }

    @Test func verifier() async throws {
        let unsigned =
            "API shape: bytes outside l= are told by DKIMOutcome.unsignedBytes, not by DMARC (RFC 9989 §5.3.3)"
        try await run(
            "dmarc-verify.json", cases: 34,
            deviations: [
                "Should return false for headerFrom array with multiple elements":
                    "RFC 9989 §5.3.1 counts domains: two authors of one domain are checked",
                "Should include ARC result in comment when provided":
                    "API shape: RFC 9989 §5.3 knows no ARC result; it has its own method in Authentication-Results",
                "Should track undersized DKIM signatures": unsigned,
                "Should report an undersized DKIM signature even when strict alignment rejects it": unsigned,
            ]
        ) { test in try await self.verified(test, withOldTags: true) }
    }

    @Test func record() async throws {
        try await run(
            "get-dmarc-record.json", cases: 25,
            deviations: [
                "Should handle invalid pct value as 0":
                    "RFC 7489 §6.3: what is wrong gives way to the default, which is 100; RFC 9989 has no pct",
                "Should not query \"_dmarc.null\" when no org domain can be derived":
                    "RFC 9989 §4.10: 192.0.2.1 in the place of a domain is walked up label by label",
            ]
        ) { test in
            // One case runs over two names that stand outside the data.
            let domains: [Domain] = test.calls.map { call in
                if case .domain(let domain) = call.author { return domain }
                return .name("localhost")
            }
            var facts = try await self.looked(test, for: domains[0])
            if test.calls[0].author == .missing {
                _ = try await self.looked(test, for: .name("192.0.2.1"))
            }
            facts.values["resolver.calls.map(call => call.name)"] = .list(test.resolver.dmarcTexts)
            return facts
        }
    }

    private func run(
        _ file: String, cases count: Int, deviations: [String: String],
        _ facts: (MailauthCase) async throws -> Facts
    ) async throws {
        guard let folder = Conformance.folder("dmarc/mailauth-rfc9989") else { return }
        let cases = try MailauthCase.all(in: folder.appending(path: file))
        var agreed = 0
        for test in cases {
            let facts = try await facts(test)
            var wrong: [String] = []
            for (subject, predicate) in test.expectations {
                let verdict = facts.judge(subject, predicate)
                #expect(verdict != nil, "unknown words: \(predicate)")
                if verdict != true { wrong.append("\(subject) is \(facts[subject]), not \(predicate)") }
            }
            if wrong.isEmpty { agreed += 1 }
            if let reason = deviations[test.name] {
                #expect(!wrong.isEmpty, "\(test.name): is listed as a deviation and agrees")
                print("deviation dmarc/mailauth-rfc9989 \(test.name): \(reason)")
            } else {
                #expect(wrong.isEmpty, "\(test.name): \(wrong)")
            }
        }
        print(
            "conformance dmarc/mailauth-rfc9989/\(file): \(cases.count) cases, \(agreed) agree, "
                + "\(deviations.count) deviations listed")
        #expect(cases.count == count)
        #expect(agreed == count - deviations.count)
    }

    /// The results of a case's calls: the first is `result`, `aligned` or `relaxed`, the second `unaligned`, `strict`.
    private func verified(_ test: MailauthCase, withOldTags: Bool = false) async throws -> Facts {
        var facts = Facts()
        for (call, names) in zip(test.calls, [["result", "aligned", "relaxed"], ["unaligned", "strict"]]) {
            let outcome = await DMARCCheck(resolver: test.resolver).evaluate(
                author: call.author, spf: call.spf, dkim: call.dkim)
            facts.values["dmarcQueries"] = .list(test.resolver.dmarcTexts)
            var own = Self.facts(outcome)
            if let author = outcome.author, outcome.recordDomain != nil {
                let found = try await DMARCDiscovery(resolver: test.resolver).find(for: author)
                let finding = try #require(found)
                own.merge(Self.facts(finding.record, withOldTags: withOldTags)) { a, _ in a }
            }
            for (key, value) in own {
                for name in names { facts.values["\(name).\(key)"] = value }
            }
            facts.values[names[0]] = own["policy"] == nil ? .absent : .object
        }
        return facts
    }

    private static func facts(_ outcome: DMARCOutcome) -> [String: MailauthFact] {
        var facts: [String: MailauthFact] = ["status.result": .text(outcome.result.rawValue)]
        facts["info"] = .text("dmarc=\(outcome.result.rawValue)")
        if let author = outcome.author { facts["status.header.from"] = .text(author.text) }
        if outcome.result == .temperror {
            // The stub calls its own failure so; ours is ResolverFailure.timeout.
            facts["error"] = .text(outcome.reason.hasSuffix(": timeout") ? "DNS timeout" : outcome.reason)
        }
        guard let domain = outcome.recordDomain, outcome.result != .none else { return facts }
        // mailauth's policy is what is asked for a message that fails, and what is published for one that passes.
        let policy = outcome.result == .fail ? outcome.disposition : outcome.policy
        facts["policy"] = .text(policy.rawValue)
        facts["domain"] = .text(domain.text)
        facts["status.header.d"] = .text(domain.text)
        let organization = (outcome.organizationalDomain ?? domain).text
        if outcome.isSPFAligned { facts["alignment.spf.result"] = .text(organization) }
        if outcome.isDKIMAligned { facts["alignment.dkim.result"] = .text(organization) }
        return facts
    }

    /// - Parameter withOldTags: `pct` and `ri` by the rules of RFC 7489, for the cases that ask for them.
    private static func facts(_ record: DMARCRecord, withOldTags: Bool) -> [String: MailauthFact] {
        var facts: [String: MailauthFact] = ["v": .text("DMARC1"), "rr": .text(record.text)]
        facts["p"] = record.policy.map { .text($0.rawValue) }
        facts["sp"] = record.subdomainPolicy.map { .text($0.rawValue) }
        facts["adkim"] = .text(record.dkimAlignment.rawValue)
        facts["aspf"] = .text(record.spfAlignment.rawValue)
        facts["alignment.dkim.strict"] = .bool(record.dkimAlignment == .strict)
        facts["alignment.spf.strict"] = .bool(record.spfAlignment == .strict)
        facts["fo"] = .text(record.failureOptions.map(\.rawValue).sorted().joined(separator: ":"))
        facts["rua"] = .text(record.aggregateReports.map(\.text).joined(separator: ","))
        facts["ruf"] = .text(record.failureReports.map(\.text).joined(separator: ","))
        if withOldTags, let old = DMARCParser.parse(record.text, grammar: .rfc7489) {
            facts["pct"] = .number(old.percentage)
            facts["ri"] = .number(old.reportInterval)
        }
        for fault in record.faults {
            guard case .malformed(let text) = fault else { continue }
            // mailauth keeps what is no pair under its own name, or under "false" when it has none.
            if text.hasPrefix("=") { facts["false"] = .text(text) } else { facts[text] = .bool(false) }
        }
        return facts
    }

    private func looked(_ test: MailauthCase, for domain: Domain) async throws -> Facts {
        var facts = Facts()
        let finding: DMARCDiscovery.Finding?
        do throws(ResolverFailure) {
            finding = try await DMARCDiscovery(resolver: test.resolver).find(for: domain)
        } catch {
            facts.values["err.code"] = .text(error == .timeout ? "ETIMEOUT" : "\(error)")
            return facts
        }
        guard let finding else {
            facts.values["result"] = .bool(false)
            return facts
        }
        facts.values["result"] = .object
        for (key, value) in Self.facts(finding.record, withOldTags: true) {
            facts.values["result.\(key)"] = value
            facts.values["typeof result.\(key)"] = if case .number = value { .text("number") } else { .text("string") }
        }
        facts.values["result.isOrgRecord"] = .bool(finding.domain != domain)
        return facts
    }
}
