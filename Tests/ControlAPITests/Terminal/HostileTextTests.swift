import Mail
import Testing

@testable import ControlAPI
@testable import Queue
@testable import Service

/// Whatever a host, an operator or a rule says: nothing of it reaches the terminal that could move the cursor, and no
/// line is wider than the screen.
@Suite struct HostileTextTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    /// Mostly what terminals take for orders, and what shifts columns.
    private static func text(_ generator: inout Generator) -> String {
        let poison: [Unicode.Scalar] = [
            "\u{1B}", "\u{9B}", "\u{7}", "\u{8}", "\r", "\n", "\t", "\u{0}", "\u{7F}", "\u{202E}", "\u{200F}",
            "\u{2028}",
            "\u{FEFF}", "\u{E0041}", "\u{301}", "中", "😀", "[", "2", "J", "]", "0", ";", "\\", "\"", "a", " ",
            "\u{85}", "\u{90}", "\u{9D}", "\u{300}", "\u{1160}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...60, using: &generator) {
            if Bool.random(using: &generator), let scalar = poison.randomElement(using: &generator) {
                text.append(scalar)
            } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &generator)) {
                text.append(scalar)
            }
        }
        return String(text)
    }

    private static func hold(_ generator: inout Generator) -> Hold {
        let scopes: [Hold.Scope] = [
            .site(text(&generator)), .source(text(&generator)),
            .siteAndSource(site: text(&generator), source: text(&generator)),
        ]
        let causes: [Hold.Cause] = [
            .operator(by: text(&generator), reason: text(&generator)), .sourceHealth(text(&generator)),
            .rule(name: text(&generator), reply: text(&generator)),
        ]
        return Samples.hold(
            scopes.randomElement(using: &generator) ?? .site(""),
            causes.randomElement(using: &generator) ?? .sourceHealth(""),
            until: Int64.random(in: -10...100_000, using: &generator))
    }

    private static func site(_ generator: inout Generator) -> SiteDetail {
        var site = Samples.site(
            text(&generator), ready: .random(in: 0...1_000_000_000, using: &generator),
            reason: .held(hold(&generator)), lastReply: text(&generator))
        site.throttles = [text(&generator)]
        site.sources[0].source = text(&generator)
        site.holds = [hold(&generator)]
        return site
    }

    /// Safe to write to a terminal, but for the line ends between lines.
    private static func isSafe(_ line: String) -> Bool {
        line.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: false
            default: true
            }
        }
    }

    @Test(arguments: 0..<150) func `No text breaks out of the screen`(_ seed: Int) throws {
        var generator = Generator(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
        var summary = Samples.summary()
        summary.sources[1].trouble = Self.text(&generator)
        summary.sources[1].name = Self.text(&generator)
        summary.holds = [Self.hold(&generator), Self.hold(&generator)]
        summary.limits[0].reply = Self.text(&generator)
        summary.limits[0].rule = Self.text(&generator)
        summary.limits[0].key.name = Self.text(&generator)
        let sites = (0..<Int.random(in: 0...12, using: &generator)).map { _ in Self.site(&generator) }
        var warmups = FakeWarmups.start
        warmups[0].source = Self.text(&generator)
        warmups[0].group = Self.text(&generator)
        warmups[0].plan = Self.text(&generator)

        var screen = TopScreen(
            width: .random(in: 0...200, using: &generator), height: .random(in: 0...60, using: &generator))
        screen.order = TopScreen.Order.allCases.randomElement(using: &generator) ?? .name
        screen.offset = .random(in: 0...15, using: &generator)
        let earlier = try Answers.snapshot(summary, sites, warmups)
        let now = try Answers.snapshot(summary, sites, warmups, at: 1)
        let lines = screen.lines(
            now, since: earlier, trouble: Bool.random(using: &generator) ? Self.text(&generator) : nil)
        #expect(lines.count <= screen.height)
        for line in lines {
            #expect(Self.isSafe(line.text), "\(line.text.debugDescription)")
            #expect(TerminalText.width(line.text) <= screen.width, "\(screen.width): \(line.text)")
        }

        let texts = [
            QueueText.summary(try Answers.summary(summary)), QueueText.sites(try Answers.sites(sites)),
            QueueText.site(try Answers.site(Self.site(&generator))), QueueText.holds(try Answers.holds(summary.holds)),
            ExplainText.warmups(try Answers.warmups(warmups)), Self.explained(&generator),
        ]
        for text in texts {
            #expect(
                text.split(separator: "\n", omittingEmptySubsequences: false).allSatisfy { Self.isSafe(String($0)) })
        }
        let printable = try Answers.sites(sites).printable
        #expect(Self.isSafe(printable))
        #expect(
            try JSONParser.parse(Array(printable.utf8)) == (try Answers.sites(sites)).json, "the same JSON all the same"
        )

        let body: JSONValue = .object([
            "error": .object([
                "message": .string(Self.text(&generator)),
                "details": .array([
                    .object([
                        "field": .string(Self.text(&generator)), "value": .string(Self.text(&generator)),
                        "message": .string(Self.text(&generator)),
                    ])
                ]),
            ])
        ])
        do {
            _ = try OperatorAnswer(status: 422, body: JSONWriter.bytes(of: body))
            Issue.record("422 is no success")
        } catch {
            #expect(error.description.split(separator: "\n").allSatisfy { Self.isSafe(String($0)) })
        }
    }

    private static func explained(_ generator: inout Generator) -> String {
        let wait = WaitWords(moment: Answers.moment).report(.held(hold(&generator)))
        let report = DeliveryReport(
            recipient: text(&generator), destination: text(&generator), site: text(&generator), pool: text(&generator),
            state: .queued, wait: wait, detail: wait.detail, lastReply: text(&generator), attempts: 1)
        let shown = ExplainJSON.shown(
            MessageExplanation(id: Samples.id(1), status: .queued, at: Samples.now, deliveries: [report]))
        return (try? Answers.answer(shown)).map(ExplainText.explanation) ?? "\u{1B}"
    }
}
