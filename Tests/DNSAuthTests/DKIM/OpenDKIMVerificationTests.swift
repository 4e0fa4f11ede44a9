import Foundation
import Mail
import Testing

@testable import DNSAuth

/// OpenDKIM's own verification tests. They are of 2007: rsa-sha1 with 1024 bits, so they run as RFC 6376 stood before
/// RFC 8301; a second pass with today's rules must pass none of the rsa-sha1 signatures.
@Suite struct OpenDKIMVerificationTests {
    private static let deviations = [
        "t-test102": "refused by a list of fields that must be signed, an option of libopendkim; RFC 6376 §6.1.1 asks "
            + "for From alone, and it is signed",
        "t-test48": "the file holds the To field that the test itself leaves out (a commented-out line was extracted); "
            + "without it we agree, see `asTheTestsMeantThem`",
        "t-test98": "the file holds body lines that the test itself leaves out, so that l= (RFC 6376 §3.5) is not too "
            + "large; without them we agree, see `asTheTestsMeantThem`",
    ]

    @Test func verificationCases() async throws {
        guard let folder = Conformance.folder("dkim/opendkim") else { return }
        let parsed = try #require(try Conformance.json(folder.appending(path: "cases.json")) as? [[String: Any]])
        let dns = try #require(try Conformance.json(folder.appending(path: "dns.json")) as? [String: Any])
        let zone = dns.compactMapValues { ($0 as? String).map { [$0] } }
        var tally = SuiteTally("dkim/opendkim verification", deviations: Self.deviations)
        for entry in parsed where entry["kind"] as? String == "verify" {
            let name = try #require(entry["name"] as? String)
            let message = try Conformance.bytes(folder.appending(path: #require(entry["file"] as? String)))
            let outcomes = await DKIMJudge(zone: zone, options: .historic).outcomes(message)
            let final = entry["eom_status"] as? String
            switch final {
            case "DKIM_STAT_OK": tally.judge(name, outcomes.hasPass, outcomes.text)
            case "DKIM_STAT_NOSIG":
                tally.judge(name, !outcomes.hasPass, outcomes.text)
            default: tally.judge(name, !outcomes.hasPass, "\(final ?? "-"): \(outcomes.text)")
            }
            for outcome in await DKIMJudge(zone: zone).outcomes(message) where outcome.algorithm == "rsa-sha1" {
                #expect(outcome.result != .pass, "\(name): RFC 8301 §3.1")
            }
        }
        tally.report(cases: 87)
    }

    /// The two messages that the suite has with lines which upstream commented out.
    @Test func asTheTestsMeantThem() async throws {
        guard let folder = Conformance.folder("dkim/opendkim") else { return }
        let dns = try #require(try Conformance.json(folder.appending(path: "dns.json")) as? [String: Any])
        let judge = DKIMJudge(zone: dns.compactMapValues { ($0 as? String).map { [$0] } }, options: .historic)
        func text(_ name: String) throws -> String {
            String(decoding: try Conformance.bytes(folder.appending(path: "messages/\(name).eml")), as: UTF8.self)
        }
        let unaddressed = try text("t-test48").replacingOccurrences(
            of: "To: Sendmail Test Address <sa-test@sendmail.net>\r\n", with: "")
        #expect(await judge.outcomes(Array(unaddressed.utf8)).results == [.fail])
        let long = try text("t-test98")
        let cut = try #require(long.range(of: "\r\nNext we'll try multiple"))
        let outcomes = await judge.outcomes(Array(long[..<cut.lowerBound].utf8))
        #expect(outcomes.first?.reason.hasPrefix(SignatureFailure.bodyShorterThanSigned.reason) == true)
    }

    /// t-test115: eight keys, each wrong in its own way. The first is right, and only the body is missing.
    @Test func keyAnomaliesAreToldApart() async throws {
        guard let folder = Conformance.folder("dkim/opendkim") else { return }
        let dns = try #require(try Conformance.json(folder.appending(path: "dns.json")) as? [String: Any])
        let judge = DKIMJudge(zone: dns.compactMapValues { ($0 as? String).map { [$0] } }, options: .historic)
        let outcomes = await judge.outcomes(try Conformance.bytes(folder.appending(path: "messages/t-test115.eml")))
        let expected: [SignatureFailure] = [
            .bodyAltered, .malformedKey, .keyRefusesHash, .keyRefusesHash, .keyTypeMismatch, .malformedKey,
            .revokedKey, .malformedKey,
        ]
        #expect(outcomes.count == expected.count)
        for (outcome, failure) in zip(outcomes, expected) {
            #expect(outcome.result == failure.result && outcome.reason.hasPrefix(failure.reason), "\(outcome)")
        }
    }

    /// t-test114: 22 fields and one without c=, each broken in its own way;
    /// none may pass, and none may cost a question.
    @Test func brokenFieldsAreNeutral() async throws {
        guard let folder = Conformance.folder("dkim/opendkim") else { return }
        var options = DKIMCheckOptions.historic
        options.signatureLimit = 100
        let judge = DKIMJudge(options: options)
        let outcomes = await judge.outcomes(try Conformance.bytes(folder.appending(path: "messages/t-test114.eml")))
        // Number 21 has no c=, which is not wrong (RFC 6376 §3.5).
        let asked = outcomes.indices.filter { outcomes[$0].reason == SignatureFailure.noKey.reason }
        for (index, outcome) in outcomes.enumerated() where !asked.contains(index) {
            #expect(outcome.result == .neutral, "\(index): \(outcome)")
        }
        #expect(outcomes.count == 23)
        #expect(asked == [21])
    }
}
