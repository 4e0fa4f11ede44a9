import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// The suites of the openspf and pyspf projects, whole.
@Suite struct SPFConformanceTests {
    @Test func everyCaseOfTheSuiteForRFC7208() async throws {
        try await run("spf/rfc", "rfc7208-tests.yml", cases: 203, deviations: [:])
    }

    /// RFC 4408 is superseded: what the suite prefers there and RFC 7208 decides otherwise. The suite accepts our
    /// result as its second choice in all of them.
    private static let superseded = [
        "spfonly": "only a record of type SPF, which RFC 7208 §3.1 gave up",
        "spfoverride": "records of both types: only TXT counts (RFC 7208 §3.1)",
        "multitxt1": "two TXT beside one of type SPF: two records are an error (RFC 7208 §4.5)",
        "multispf2": "one TXT beside two of type SPF: one record (RFC 7208 §4.5)",
        "txttimeout": "TXT times out, and type SPF is not asked (RFC 7208 §4.4)",
        "invalid-domain-empty-label": "a name that cannot be asked for does not match (RFC 7208 §4.8)",
        "invalid-domain-long": "a name that cannot be asked for does not match (RFC 7208 §4.8)",
        "invalid-domain-long-via-macro": "a name that cannot be asked for does not match (RFC 7208 §4.8)",
        "exists-dnserr": "a DNS error is temperror in exists too (RFC 7208 §5)",
        "mx-limit": "more than ten MX are an error (RFC 7208 §4.6.4)",
    ]

    @Test func theSuiteForRFC4408ExceptWhatWasSuperseded() async throws {
        try await run(
            "spf/rfc", "rfc4408-tests.yml", cases: 191, isFirstChoice: true, deviations: Self.superseded)
    }

    @Test func theRegressionsOfPyspf() async throws {
        try await run(
            "spf/pyspf", "test.yml", cases: 16,
            deviations: [
                "default-modifier": "asks for pyspf's lax mode; default= is an unknown modifier (RFC 7208 §6)",
                "default-modifier-harsh": "asks for pyspf's result \"ambiguous\", which is none of RFC 7208 §2.6",
            ])
    }

    /// - Parameter isFirstChoice: only the first of several accepted results counts as agreement.
    private func run(
        _ folder: String, _ file: String, cases: Int, isFirstChoice: Bool = false, deviations: [String: String]
    ) async throws {
        guard let suite = try SPFSuite.load(folder, file) else { return }
        #expect(suite.count == cases)
        var deviating: Set<String> = []
        for scenario in suite.scenarios {
            let check = SPFCheck(resolver: scenario.zone, time: VirtualTime())
            for test in scenario.cases {
                let client = try #require(IPAddress(test.host))
                let outcome = await check.check(
                    .mailFrom, client: client, helo: test.helo, sender: SPFSuite.mailbox(test.mailfrom))
                let accepted = isFirstChoice ? Array(test.results.prefix(1)) : test.results
                var isRight = accepted.contains(outcome.result.rawValue)
                if isFirstChoice, !isRight { #expect(test.results.contains(outcome.result.rawValue)) }
                if let expected = test.explanation, outcome.result == .fail {
                    isRight = isRight && outcome.explanation == (expected == "DEFAULT" ? nil : expected)
                }
                if !isRight { deviating.insert(test.name) }
                #expect(
                    isRight != (deviations[test.name] != nil),
                    "\(test.name): \(outcome.result) (\(outcome.explanation ?? "-")): \(outcome.reason)")
                if let header = test.header { try compare(header, outcome, test) }
            }
        }
        let agree = suite.count - deviating.count
        print(
            "conformance \(folder)/\(file): \(suite.count) cases, \(agree) agree, \(deviations.count) deviations listed"
        )
        #expect(deviating == Set(deviations.keys))
    }

    /// The comment and the order are everybody's own; the facts are not.
    private func compare(_ header: String, _ outcome: SPFOutcome, _ test: SPFSuite.Case) throws {
        let theirs = try #require(ReceivedSPF(parsing: header), "\(test.name)")
        let client = MessageClient(
            address: try #require(IPAddress(test.host)), helo: test.helo, sender: SPFSuite.mailbox(test.mailfrom))
        let ours = ReceivedSPF(outcome, client: client, receiver: "receiver.com")
        #expect(theirs.result == ours.result)
        for key in ["client-ip", "envelope-from", "helo", "receiver", "identity"] {
            #expect(theirs[key] == ours[key] && ours[key] != nil, "\(test.name): \(key)")
        }
        if outcome.result == .pass { #expect(theirs["mechanism"] == ours["mechanism"]) }
        let again = try #require(ReceivedSPF(parsing: String(decoding: ours.field.dropFirst(13), as: UTF8.self)))
        #expect(again == ours)
    }
}
