import Foundation
import MTA
import Mail
import Queue
import Testing

@testable import martlet

@Suite struct ShippedShapingTests {
    private static let file = ShapingFile.shipped

    @Test func whatIsCompiledInIsTheOpenFile() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "rules/shaping.yaml"), encoding: .utf8)
        #expect(text == ShapingShippedText.text, "run scripts/shaping-rules.sh")
        let read = try ShapingFile.parse(text, file: "shaping.yaml", over: .empty)
        #expect(read.entries.count == Self.file.entries.count)
        #expect(read.versions == ["2026-11-21"])
        #expect(read.entries.count >= 50)
        #expect(read.limits.count >= 20)
    }

    @Test func theProvidersOfTheBriefAreThere() {
        let named = Set(Self.file.entries.flatMap(\.rule.place.providers))
        let asked: Set = [
            "google", "microsoft", "yahoo", "apple", "comcast", "orange", "gmx", "mailru", "zoho", "proofpoint",
            "mimecast", "barracuda", "free", "sfr", "laposte", "telekom", "cox", "charter", "symantec", "yandex",
            "tencent", "netease",
        ]
        #expect(asked.subtracting(named) == [])
        let limited = Set(Self.file.limits.map(\.match))
        #expect(asked.filter { !limited.contains(.site(.provider($0))) } == [])
    }

    /// Each example is matched by its own rule alone, or with an escalation of it; never by a more specific one. What it
    /// says is no fault of the address.
    @Test func eachExampleIsItsRulesOwn() throws {
        for (number, entry) in Self.file.entries.enumerated() {
            #expect(!entry.examples.isEmpty, "\(entry.rule.name) has no example")
            for example in entry.examples {
                let reply = try #require(ShapingText.reply(example))
                let origin = entry.origin
                let matching = Self.file.rules.matching(reply, site: origin.site, host: origin.host)
                #expect(matching.contains(number), "\(entry.rule.name): \(example)")
                for other in matching where other != number {
                    let rule = Self.file.entries[other].rule
                    #expect(
                        rule.place == entry.rule.place && rule.pattern == entry.rule.pattern,
                        "\(entry.rule.name) and \(rule.name): \(example)")
                }
                let host = entry.rule.place.providers.isEmpty ? "" : Self.host(of: entry.rule.place.providers[0])
                let said = BounceRules.shipped.verdict(on: reply, host: host)
                #expect(said.kind != .hard, "\(entry.rule.name): \(said) for \(example)")
            }
        }
    }

    private static func host(of provider: String) -> String {
        [
            "google": "gmail-smtp-in.l.google.com", "microsoft": "x.mail.protection.outlook.com",
            "yahoo": "mta5.am0.yahoodns.net", "apple": "mx01.mail.icloud.com",
        ][provider] ?? ""
    }

    /// A receiver's word about an address must not stop what others send: only its own trouble is the whole site's.
    @Test func onlyTroubleIsTheWholeSites() {
        for entry in Self.file.entries where entry.rule.scope == .site {
            #expect(entry.rule.actions.allSatisfy { $0 != .suspend }, "\(entry.rule.name)")
            #expect(entry.rule.trigger != .immediate, "\(entry.rule.name)")
        }
    }

    /// Published corpora of bounces: a rule may fire only where the bounce rules see a block or a passing trouble, and
    /// never on what says that the address is wrong.
    @Test func noRuleFiresOnABadAddress() throws {
        let root = Conformance.root.appending(path: "bounces/sisimai")
        guard Conformance.file("bounces/sisimai/EXPECTED.tsv") != nil else { return }
        let output = try PythonOracle.run(BounceCorpusTests.extraction, input: ["root": root.path])
        guard var rows = output as? [[String: String]] else { return }
        for row in Conformance.json("bounces/kumomta/iana-corpus.json") as? [[String: String]] ?? [] {
            let line = try #require(row["line"])
            rows.append([
                "file": "iana-corpus.json", "index": String(line.prefix(20)), "code": String(line.prefix(3)),
                "text": String(line.dropFirst(4)), "host": "", "reason": row["class"] ?? "",
            ])
        }
        // Each reply where it came from, and once more as if each of the providers had said it.
        let origins = Provider.names.map { "direct:@\($0)" }
        var cases = 0
        var hits: [String: Int] = [:]
        var wrong: Set<String> = []
        for row in rows {
            if ["feedback", "delivered", "vacation"].contains(row["reason"]) { continue }
            cases += 1
            let text = try #require(row["text"])
            let host = row["host"] ?? ""
            let code = UInt16(row["code"] ?? "") ?? (row["status"]?.first == "4" ? 450 : 550)
            let reply = Reply(code: code, lines: [Array(text.utf8)])
            let verdict = BounceRules.shipped.verdict(on: reply, host: host)
            let mayFire = verdict.kind == .block || verdict.kind == .soft
            for site in ["direct:\(host)"] + origins {
                let matching = Self.file.rules.matching(reply, site: site, host: site.contains("@") ? "" : host)
                for number in matching {
                    let name = Self.file.entries[number].rule.name
                    if !site.contains("@") { hits[name, default: 0] += 1 }
                    if mayFire { continue }
                    wrong.insert("\(row["file"] ?? "") \(row["index"] ?? "") \(verdict.category.rawValue) \(name)")
                }
            }
        }
        print(
            "shaping over bounces/sisimai: "
                + hits.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                .joined(separator: ", "))
        #expect(wrong == [])
        #expect(cases == 298)
        #expect(hits.values.reduce(0, +) == 24)
        Conformance.report("bounces/sisimai shaping fires on blocks alone", cases: cases, deviations: wrong.count)
    }
}
