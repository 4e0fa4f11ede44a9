import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The messages printed in RFC 6376 Appendix A and RFC 8463 Appendix A verify with the keys printed there.
@Suite struct RFCVerificationTests {
    private func zone(_ file: URL) throws -> [String: [String]] {
        let parsed = try #require(try Conformance.json(file) as? [String: [String: [[String]]]])
        return parsed.mapValues { $0["TXT", default: []].map { $0.joined() } }
    }

    @Test func threeSignaturesOfTwoRFCs() async throws {
        guard let folder = Conformance.folder("dkim/rfc") else { return }
        var tally = SuiteTally("dkim/rfc verification")
        for (file, dns) in [
            ("rfc6376-A.2-signed.eml", "rfc6376-dns.json"), ("rfc8463-A.3-signed.eml", "rfc8463-dns.json"),
        ] {
            let judge = try DKIMJudge(zone: zone(folder.appending(path: dns)))
            let message = try DKIMJudge.message(folder.appending(path: file))
            for (index, outcome) in await judge.outcomes(message).enumerated() {
                tally.judge("\(file) \(index)", outcome.result == .pass, outcome.reason)
            }
            // One byte of the body, one of the signed fields, and neither may pass.
            for needle in ["Hi.", "Joe"] {
                let text = String(decoding: message, as: UTF8.self)
                let altered = try text.replacingCharacters(in: #require(text.range(of: needle)), with: "Hu.")
                let outcomes = await judge.outcomes(Array(altered.utf8))
                #expect(outcomes.allSatisfy { $0.result == .fail }, "\(file) \(needle): \(outcomes.text)")
            }
        }
        tally.report(cases: 3)
    }
}
