import Foundation
import Mail
import Testing

@testable import DNSAuth

/// arc/valimail: 17 messages sealed, byte for byte as far as a signature can tell, and 7 that upstream has put aside.
@Suite struct ARCSigningSuiteTests {
    private static let stale =
        "made by a draft: dkimpy does not verify the message signature printed there either (RFC 8617 §4.1.2)"

    @Test(arguments: [
        ("arc-draft-sign-tests.yml", 17, []),
        (
            "unused_tests.yml", 7,
            [
                "header_order", "header_dup_ord1", "header_dup_ord2", "sig_header_dup_once", "sig_header_dup_twice",
                "header_non",
            ]
        ),
    ])
    func signing(file: String, cases: Int, deviations: [String]) throws {
        guard let suite = try ARCSuite.read(file) else { return }
        var tally = SuiteTally(
            "arc/valimail \(file)",
            deviations: Dictionary(uniqueKeysWithValues: deviations.map { ($0, Self.stale) }))
        for scenario in suite.scenarios {
            let der = try #require(scenario.key.flatMap { Data(base64Encoded: $0.filter { !$0.isWhitespace }) })
            let stored = try DKIMKeyPair.reading(der: Array(der), selector: #require(scenario.selector))
            var options = ARCSealOptions()
            // The suite's seals are over message signatures whose b= is on one line.
            options.signatureLineLength = 900
            for test in scenario.tests {
                options.fields = SignedFields(
                    try #require(test.headers).split(separator: ":").map { .init(String($0)) })
                let signer = ARCSigner(
                    domain: Domain(canonical: try #require(scenario.domain)), key: try SigningKey(stored),
                    options: options)
                let results = ResultsText(of: test.content, authority: try #require(test.authority))
                // The suite says in the results what its validator found.
                let chain = results.result(of: "arc").flatMap { ARCResult(rawValue: $0) } ?? .none
                let sealed = try signer.seal(
                    test.content, results: results, chain: chain,
                    at: WallTime(milliseconds: 1_000 * (try #require(test.time))))
                tally.judge(test.name, agrees(test, sealed), String(decoding: sealed, as: UTF8.self))
            }
        }
        tally.report(cases: cases)
    }

    private func agrees(_ test: ARCSuite.Case, _ sealed: [UInt8]) -> Bool {
        let header = HeaderSection(scanning: sealed.span)
        func value(_ name: String) -> String {
            guard let field = header.first(name, in: sealed.span) else { return "" }
            return String(decoding: field.unfoldedValue(in: sealed.span), as: UTF8.self)
        }
        func tags(_ text: String) -> [String: String] {
            guard !text.isEmpty, let list = try? TagList(text) else { return [:] }
            return Dictionary(uniqueKeysWithValues: list.tags.map { ($0.name, list.unfolded($0.name) ?? "") })
        }
        func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
        return header.fields.count == (test.seal == "" ? 0 : 3)
            && tags(value("ARC-Message-Signature")) == tags(test.signature ?? "")
            && tags(value("ARC-Seal")) == tags(test.seal ?? "")
            && words(value("ARC-Authentication-Results")) == words(test.results ?? "")
    }
}
