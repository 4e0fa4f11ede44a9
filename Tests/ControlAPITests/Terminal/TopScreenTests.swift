import Mail
import Testing

@testable import ControlAPI
@testable import Queue

/// `martlet top` as it looks.
@Suite struct TopScreenTests {
    private static func sites(_ sent: Int = 0) -> [SiteDetail] {
        var google = Samples.site(
            "direct:@google", ready: 9_120,
            reason: Samples.refusal(.site, "direct:@google", .messageRate(Samples.rate(100, per: 60, burst: 1))),
            lastReply: "421 4.7.28 unusual rate")
        google.delivered += sent * 20
        google.deferred += sent
        var yahoo = Samples.site(
            "direct:@yahoo", ready: 1_201, reason: .held(Samples.hold(.site("direct:@yahoo"), until: 14_400)),
            lastReply: "451 4.7.0 [TSS04]")
        yahoo.oldest = Samples.now - .seconds(60)
        yahoo.deferred += sent * 4
        var small = Samples.site("direct:mx.example", ready: 0)
        small.oldest = nil
        small.limits = []
        return [google, yahoo, small]
    }

    private static func summary(_ sent: Int = 0) -> QueueSummary {
        var summary = Samples.summary()
        summary.suspensions = []
        summary.delivered += sent * 20
        summary.deferred += sent * 5
        return summary
    }

    static func lines(
        width: Int, height: Int, order: TopScreen.Order = .queued, offset: Int = 0, trouble: String? = nil
    ) throws -> [TopScreen.Line] {
        var screen = TopScreen(width: width, height: height)
        screen.order = order
        screen.offset = offset
        return screen.lines(
            try Answers.snapshot(summary(10), sites(10), FakeWarmups.start, at: 5),
            since: try Answers.snapshot(summary(), sites(), FakeWarmups.start), trouble: trouble)
    }

    static func text(_ lines: [TopScreen.Line]) -> String { lines.map(\.text).joined(separator: "\n") }

    @Test func `A whole screen`() throws {
        #expect(Self.text(try Self.lines(width: 132, height: 30)) == TopScreenGolden.wide)
    }

    @Test func `A small screen`() throws {
        #expect(Self.text(try Self.lines(width: 60, height: 12)) == TopScreenGolden.small)
    }

    @Test func `The first frame has no rates, and an empty queue has no sites`() throws {
        let now = try Answers.snapshot(QueueSummary(), [])
        #expect(Self.text(TopScreen(width: 100, height: 10).lines(now, since: nil)) == TopScreenGolden.empty)
    }

    @Test(arguments: [
        (TopScreen.Order.queued, ["direct:@google", "direct:@yahoo", "direct:mx.example"]),
        (.sent, ["direct:@google", "direct:@yahoo", "direct:mx.example"]),
        (.deferred, ["direct:@yahoo", "direct:@google", "direct:mx.example"]),
        (.slow, ["direct:@google", "direct:@yahoo", "direct:mx.example"]),
        (.name, ["direct:@google", "direct:@yahoo", "direct:mx.example"]),
    ])
    func `Sites in every order`(_ order: TopScreen.Order, _ names: [String]) throws {
        let shown = try Self.lines(width: 120, height: 30, order: order).map(\.text).compactMap { line in
            names.first { line.hasPrefix($0 + " ") }
        }
        #expect(shown == names)
    }

    @Test func `Scrolling ends at the last site`() throws {
        for (offset, first) in [(0, "direct:@google"), (1, "direct:@yahoo"), (2, "direct:mx"), (99, "direct:mx")] {
            let lines = try Self.lines(width: 120, height: 30, offset: offset)
            let title = try #require(lines.firstIndex { $0.text.hasPrefix("SITE") })
            #expect(lines[title + 1].text.hasPrefix(first), "\(offset)")
        }
    }

    @Test func `A server that was started anew shows no rates, not false ones`() throws {
        let now = try Answers.snapshot(Self.summary(), Self.sites(), at: 1)
        let earlier = try Answers.snapshot(Self.summary(10), Self.sites(10))
        let lines = TopScreen(width: 120, height: 30).lines(now, since: earlier)
        #expect(lines[1].text.hasPrefix("delivered -/s"), "\(lines[1].text)")
        let same = TopScreen(width: 120, height: 30).lines(now, since: now)
        #expect(same[1].text.hasPrefix("delivered -/s"), "no time has passed")
    }

    @Test func `Alarms stand at the top`() throws {
        var resting = Self.summary()
        resting.suspensions = [.journal]
        let lines = TopScreen(width: 200, height: 30).lines(
            try Answers.snapshot(resting, Self.sites()), since: nil, trouble: "no server answers")
        let alarms = lines.filter { $0.style == .alarm }.map(\.text)
        #expect(alarms.count == 4, "\(alarms)")
        #expect(alarms[0].hasPrefix("RESTS: The whole queue rests: the journal cannot be written"))
        #expect(alarms[1] == "SOURCE mta-2: its address is gone")
        #expect(alarms[2] == "SLOW: direct:@google (1h00m)")
        #expect(alarms[3] == "NO ANSWER: no server answers")
    }

    @Test func `Bars of warm-ups`() {
        func bar(_ sent: Int, _ cap: Int) -> String { TopWarmup.bar(sent, of: cap, columns: 10) }
        #expect(bar(0, 100) == "[..........]" && bar(1, 1_000) == "[#.........]" && bar(99, 100) == "[#########.]")
        #expect(bar(100, 100) == "[##########]" && bar(200, 100) == "[##########]" && bar(0, 0) == "[##########]")
    }

    @Test func `No size breaks it`() throws {
        for width in [0, 1, 2, 19, 40, 80, 500] {
            for height in 0...25 {
                let lines = try Self.lines(width: width, height: height)
                #expect(lines.count <= height && lines.allSatisfy { TerminalText.width($0.text) <= width })
                if height > 0, width > 20 { #expect(lines.last?.text.contains("q quit") == true || width < 60) }
            }
        }
    }
}
