import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The corpus of Mail::DKIM. Its own expectations are those of 2006, with drafts and 512-bit keys; the columns derived
/// from RFC 6376, and from that with RFC 8301, are what is held here.
@Suite struct MailDKIMCorpusTests {
    private static let deviations: [String: String] = [:]

    private func judge(_ folder: URL) throws -> DKIMJudge {
        var judge = DKIMJudge()
        let text = String(decoding: try Conformance.bytes(folder.appending(path: "t/FAKE_DNS.dat")), as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: " ", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2 else { continue }
            switch parts[1] {
            case "NXDOMAIN": break
            case "~~Query timed out~~": judge.failures[parts[0]] = .timeout
            case "~~SERVFAIL~~": judge.failures[parts[0]] = .server(rcode: 2)
            default: judge.zone[parts[0]] = [parts[1] == "\"\"" ? "" : parts[1]]
            }
        }
        return judge
    }

    private func word(_ outcomes: [DKIMOutcome]) -> String {
        outcomes.hasPass ? "pass" : outcomes.results == [.none] ? "none" : "not-pass"
    }

    @Test func corpus() async throws {
        guard let folder = Conformance.folder("dkim/mail-dkim") else { return }
        var judge = try judge(folder)
        let table = String(
            decoding: try Conformance.bytes(folder.appending(path: "EXPECTED.tsv")), as: UTF8.self)
        var tally = SuiteTally("dkim/mail-dkim", deviations: Self.deviations)
        for line in table.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let message = try DKIMJudge.message(folder.appending(path: "t/corpus/\(columns[0])"))
            judge.options = .historic
            let old = await judge.outcomes(message)
            judge.options = DKIMCheckOptions()
            let new = await judge.outcomes(message)
            let isStrict = columns[2].hasPrefix("Strict")
            let agrees = (isStrict || word(old) == columns[7]) && word(new) == columns[8]
            tally.judge(
                columns[0] + (isStrict ? " strict" : ""), agrees,
                "wants \(columns[7]), \(columns[8]): \(old.text); \(new.text)")
        }
        tally.report(cases: 83)
    }

    @Test func failuresOfTheDNSAreTemporary() async throws {
        guard let folder = Conformance.folder("dkim/mail-dkim") else { return }
        var judge = try judge(folder)
        judge.options = .historic
        for (file, expected) in [
            ("badkey_14.txt", DKIMResult.temperror), ("badkey_15.txt", .temperror), ("ignore_7.txt", .policy),
            ("badkey4_ed25519.txt", .permerror), ("badkey5_ed25519.txt", .permerror),
            ("badkey1_ed25519.txt", .permerror), ("badkey2_ed25519.txt", .fail), ("badkey3_ed25519.txt", .fail),
        ] {
            let outcomes = await judge.outcomes(try DKIMJudge.message(folder.appending(path: "t/corpus/\(file)")))
            #expect(outcomes.results == [expected], "\(file): \(outcomes.text)")
        }
    }
}
