import Logging
import Mail
import MartletTesting
import Synchronization
import Testing

@testable import Queue

/// What the log says when rules act: each measure when it begins, and never a storm.
@Suite struct RuleTidingsTests {
    private final class Lines: LogHandler {
        let kept = Mutex<[String]>([])
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        var logLevel: Logger.Level {
            get { .info }
            set {}
        }
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }

        func log(event: LogEvent) {
            let words = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            kept.withLock { $0.append(([event.message.description] + words).joined(separator: " ")) }
        }
    }

    private static func hold(_ number: Int, until: WallTime) -> ShapingDirective {
        .hold(
            Hold(
                id: Sample.id(number), scope: .siteAndTenant(site: "s", tenant: Sample.tenant(number)),
                cause: .rule(name: "r", reply: "421 no"), since: until, until: until))
    }

    @Test func `a measure is told when it begins, and not again when it goes on`() {
        let lines = Lines()
        let time = VirtualTime()
        let orders = StandingOrders(
            store: nil, shards: 1, time: time, logger: Logger(label: "test", factory: { _ in lines }))
        let until = time.wall + .seconds(600)
        for _ in 0..<3 {
            _ = orders.take([
                Self.hold(1, until: until),
                .limit(
                    TemporaryLimit(
                        rule: "slower", key: MeterKey(.siteAndSource, "s", source: "a"), change: .slow(0.5),
                        reply: "450 wait", until: until)),
            ])
            time.advance(by: .seconds(120))
        }
        #expect(
            lines.kept.withLock { $0 } == [
                "a rule suspends reply=421 no rule=r until=\(until.rfc3339) what=site s tenant \(Sample.tenant(1))",
                "a rule limits reply=450 wait rule=slower until=\(until.rfc3339) what=site s source a",
            ])
    }

    @Test func `a thousand at once are some lines and one that says so`() {
        var tidings = RuleTidings()
        let until = WallTime(milliseconds: 0)
        var (told, hints) = (0, 0)
        for number in 0..<1_000 {
            let chosen = tidings.choose([Self.hold(number, until: until)], at: .at(.milliseconds(number)))
            told += chosen.told.count
            hints += chosen.areMore ? 1 : 0
        }
        #expect(told == RuleTidings.limit && hints == 1)
        // All in one go, a minute later.
        let all = (0..<1_000).map { Self.hold($0, until: until) }
        let chosen = tidings.choose(all, at: .at(RuleTidings.period))
        #expect(chosen.told.count == RuleTidings.limit && chosen.areMore)
        #expect(tidings.choose([], at: .at(RuleTidings.period)).areMore == false)
    }
}
