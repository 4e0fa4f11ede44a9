import Foundation
import Mail
import Testing

@testable import DNSAuth

/// chasquid's verification cases: one result for each signature, and how DNS failures are told apart.
@Suite struct ChasquidDKIMTests {
    private static let deviations: [String: String] = [:]

    /// `name: \` and a record over several lines, entries apart by empty lines.
    private func judge(_ text: String) -> DKIMJudge {
        var judge = DKIMJudge()
        for entry in text.replacingOccurrences(of: "\\\n", with: "").split(separator: "\n") {
            guard let colon = entry.firstIndex(of: ":") else { continue }
            let name = String(entry[..<colon])
            let record = entry[entry.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            switch record {
            case "TEMPERROR": judge.failures[name] = .server(rcode: 2)
            case "PERMERROR": break
            default: judge.zone[name, default: []].append(record)
            }
        }
        return judge
    }

    @Test func cases() async throws {
        guard let suite = Conformance.folder("dkim/chasquid") else { return }
        let folder = suite.appending(path: "internal/dkim/testdata")
        func text(_ name: String) -> String? {
            (try? Conformance.bytes(folder.appending(path: name))).map { String(decoding: $0, as: UTF8.self) }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let stems = Set(
            names.filter { $0.first?.isNumber == true }.compactMap { $0.split(separator: ".").first.map(String.init) }
        )
        .sorted()
        var tally = SuiteTally("dkim/chasquid", deviations: Self.deviations)
        for stem in stems {
            // Upstream's links: what a case lacks is that of the first.
            let first = "01-rfc8463"
            var judge = judge(text(stem + ".dns") ?? text(first + ".dns") ?? "")
            if stem.hasPrefix("09") { judge = self.judge(text("08-our_signature.dns") ?? "") }
            if stem.hasPrefix("02") { judge.options.signatureLimit = 5 }
            let message = DKIMJudge.crlf(Array((text(stem + ".msg") ?? text(first + ".msg") ?? "").utf8))
            let outcomes = await judge.outcomes(message)
            if stem.hasPrefix("03") {
                tally.judge(stem, !outcomes.hasPass, outcomes.text)
                continue
            }
            let wanted = try JSONSerialization.jsonObject(
                with: Data((text(stem + ".result") ?? text(first + ".result") ?? "").utf8))
            let results = try #require((wanted as? [String: Any])?["Results"] as? [[String: Any]])
            let looked = outcomes.filter { $0.reason != SignatureFailure.tooManySignatures.reason }
            var agrees = looked.count == results.count
            for (outcome, result) in zip(looked, results) {
                let state = result["State"] as? String
                switch state {
                case "SUCCESS": agrees = agrees && outcome.result == .pass
                case "TEMPFAIL": agrees = agrees && outcome.result == .temperror
                default: agrees = agrees && outcome.result != .pass && outcome.result != .temperror
                }
                if let domain = result["Domain"] as? String, !domain.isEmpty {
                    agrees =
                        agrees && outcome.domain?.text == domain && outcome.selector == result["Selector"] as? String
                }
            }
            tally.judge(stem, agrees, outcomes.text)
        }
        tally.report(cases: 11)
    }
}
