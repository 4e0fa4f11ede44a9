import Foundation
import Mail
import Queue
import Testing

@testable import martlet

@Suite struct ShapingReplayTests {
    private func replay(_ rules: ShapingFile = .shipped) -> ShapingReplay {
        ShapingReplay(rules.rules, interval: .seconds(1))
    }

    @Test(arguments: [
        #"{"time": "2026-01-15T10:30:00Z", "site": "direct:@yahoo", "source": "out1", "tenant": "t", "host": "h", "code": 421, "enhanced": "4.7.0", "text": "[TSS04] later"}"#,
        #"  {"time": 1768473000, "provider": "yahoo", "source": "out1", "tenant": "t", "host": "h", "code": "421", "text": "4.7.0 [TSS04] later", "more": [1]}"#,
        "2026-01-15T10:30:00Z\tdirect:@yahoo\tout1\tt\th\t421\t4.7.0\t[TSS04] later",
        "1768473000\tyahoo\tout1\tt\th\t421\t4.7.0\t[TSS04]\tlater",
    ])
    func allFormsSayTheSame(text: String) throws {
        let line = try ShapingLogLine(text)
        #expect(line.time == WallTime(rfc3339: "2026-01-15T10:30:00Z"))
        #expect(line.site == "direct:@yahoo")
        #expect(line.source == "out1")
        #expect(line.host == "h")
        #expect(line.tenant == (try ShapingLogLine("a\tb\t-\tt\t-\t421\t-\tx".replacing("a\t", with: "-\t"))).tenant)
        #expect(line.reply == Reply(code: 421, enhanced: EnhancedStatus(4, 7, 0), text: "[TSS04] later"))
    }

    @Test func aPlainLine() throws {
        let provider = try ShapingLogLine("google 421 4.7.28 slow down")
        #expect(provider.site == "direct:@google" && provider.time == nil && provider.source == nil)
        #expect(provider.reply == Reply(code: 421, enhanced: EnhancedStatus(4, 7, 28), text: "slow down"))
        let host = try ShapingLogLine("mx1.comcast.net 554 no")
        #expect(host.site == "direct:mx1.comcast.net" && host.host == "mx1.comcast.net")
        let site = try ShapingLogLine("relay:smart.example 554")
        #expect(site.site == "relay:smart.example" && site.host == "" && site.reply.text == "")
    }

    @Test(arguments: [
        ("google", "PROVIDER CODE TEXT"), ("google hello there", "no reply code"), ("google 999 x", "200 to 599"),
        ("{\"code\": 421}", "no site"), ("{\"site\": \"a\"}", "no code"), ("{\"site\": [1], \"code\": 421}", "'site'"),
        ("{oops", "JSON"), ("a\tb", "2 columns"), ("{\"site\": \"a\", \"code\": 421, \"time\": \"noon\"}", "'noon'"),
        ("{\"site\": \"a\", \"code\": 421, \"enhanced\": \"x\"}", "enhanced"),
        ("{\"site\": \"a\", \"code\": 421, \"time\": -5}", "no time"),
    ])
    func whatIsNotUnderstoodIsSaid(text: String, words: String) {
        do {
            _ = try ShapingLogLine(text)
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    @Test func whatEachReplySetsOff() throws {
        var replay = replay()
        var events: [String] = []
        for (number, line) in [
            #"{"time":"2026-01-15T10:00:00Z","site":"yahoo","source":"a","code":421,"text":"4.7.0 [TSS04] later"}"#,
            #"{"time":"2026-01-15T10:00:01Z","site":"yahoo","source":"a","code":421,"text":"4.7.0 [TSS04] later"}"#,
            #"{"time":"2026-01-15T10:30:00Z","site":"yahoo","source":"a","code":421,"text":"4.7.0 [TSS04] later"}"#,
            "google 450 4.2.1 The user is receiving mail too quickly",
            "mx.example 250 fine",
            "mx.example 421 slow down",
        ].enumerated() {
            events += try replay.take(line, number: number + 1)
        }
        #expect(
            events == [
                "1  2026-01-15T10:00:00Z  yahoo-volume-or-complaints: hold direct:@yahoo from a until 2026-01-15T11:00:00Z",
                "3  2026-01-15T10:30:00Z  yahoo-volume-or-complaints: hold direct:@yahoo from a until 2026-01-15T11:30:00Z",
                "4  2026-01-15T10:30:01Z  google-recipient-rate: try this delivery again in 1h",
            ])
        #expect(replay.replies == 6 && replay.unmatched == 2)
        #expect(
            replay.summary() == [
                ["RULE", "MATCHED", "TRIGGERED", "ACTIONS"],
                ["yahoo-volume-or-complaints", "3", "3", "suspend 3x"],
                ["google-recipient-rate", "1", "1", "retry-in(1h) 1x"],
            ])
    }

    @Test func aLogMayGoBackALittle() throws {
        let rules = try ShapingFile.parse(
            """
            include_shipped: false
            rules:
              - {name: a, text: slow down, trigger: 2/10s, actions: [suspend], for: 1h, on: site}
            """, file: "f")
        var replay = replay(rules)
        _ = try replay.take(#"{"time": 1000, "site": "x", "code": 421, "text": "slow down"}"#, number: 1)
        let events = try replay.take(#"{"time": 990, "site": "x", "code": 421, "text": "slow down!"}"#, number: 2)
        #expect(events == ["2  1970-01-01T00:16:40Z  a: hold direct:x until 1970-01-01T01:16:40Z"])
    }

    @Test(arguments: [0, 1, 40, 70_000, 200_000])
    func linesOfAnyLength(width: Int) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-log-\(UUID().uuidString)").path
        let written = ["one", "", String(repeating: "x", count: width)] + (0..<5_000).map { "line \($0)" } + ["last"]
        try Data(written.joined(separator: "\r\n").utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lines = try LogLines(path)
        var found: [String] = []
        while let line = try lines.next() { found.append(line) }
        #expect(found == written)
        #expect(lines.number == written.count)
        #expect(try lines.next() == nil)
    }
}
