import Mail
import Testing

@testable import Queue

@Suite struct ThrottleTableTests {
    private static func rate(_ count: Int) throws -> RateLimit {
        try #require(RateLimit(count: count, per: .seconds(1), burst: 1))
    }

    @Test func theMostSpecificRuleDecidesEachFigure() throws {
        let table = try ThrottleTable([
            ThrottleRule("all", .site(.any), ThrottleLimits(messageRate: try Self.rate(1), connections: 5)),
            ThrottleRule("google", .site(.provider("google")), ThrottleLimits(connections: 50)),
            ThrottleRule("one", .site(.exact("a:@google")), ThrottleLimits(messagesPerConnection: 7)),
        ])
        let google = try #require(table.terms(for: MeterKey(.site, "a:@google")))
        #expect(google.messageRate?.rule == "all")
        #expect(google.connections == Figure(value: 50, rule: "google"))
        #expect(google.messagesPerConnection == Figure(value: 7, rule: "one"))
        let other = try #require(table.terms(for: MeterKey(.site, "direct:mx.google")))
        #expect(other.connections == Figure(value: 5, rule: "all"))
        #expect(other.messagesPerConnection == nil)
        #expect(table.terms(for: MeterKey(.tenant, "t")) == nil)
        #expect(table.has(.site) && !table.has(.tenant))
    }

    @Test func aNamedSiteSaysMoreThanANamedSource() throws {
        let table = try ThrottleTable([
            ThrottleRule("source", .site(.any, source: .exact("ip1")), ThrottleLimits(connections: 1)),
            ThrottleRule("site", .site(.exact("s"), source: .any), ThrottleLimits(connections: 2)),
            ThrottleRule("both", .site(.exact("s"), source: .exact("ip2")), ThrottleLimits(connections: 3)),
        ])
        func rule(_ site: String, _ source: String) -> String? {
            table.terms(for: MeterKey(.siteAndSource, site, source: source))?.connections?.rule
        }
        #expect(rule("s", "ip1") == "site")
        #expect(rule("s", "ip2") == "both")
        #expect(rule("t", "ip1") == "source")
        #expect(rule("t", "ip2") == nil)
    }

    @Test func refusesRulesThatContradictEachOtherOrLimitNothing() {
        func failure(_ rules: ThrottleRule...) -> ThrottleTableFailure? {
            do { _ = try ThrottleTable(rules) } catch { return error }
            return nil
        }
        let five = ThrottleRule("a", .site(.any), ThrottleLimits(connections: 5))
        #expect(failure(five, five) == ThrottleTableFailure(1, .contradicts(0)))
        #expect(failure(five, ThrottleRule("b", .site(.any), ThrottleLimits(messagesPerConnection: 5))) == nil)
        #expect(failure(five, ThrottleRule("b", .tenant(.any), ThrottleLimits(connections: 6))) == nil)
        #expect(failure(ThrottleRule("a", .site(.any), ThrottleLimits())) == ThrottleTableFailure(0, .limitsNothing))
        #expect(
            failure(five, ThrottleRule("b", .tenant(.any), ThrottleLimits(connections: 0)))
                == ThrottleTableFailure(1, .notPositive))
        #expect(
            failure(ThrottleRule("b", .site(.any), ThrottleLimits(messagesPerConnection: -1)))
                == ThrottleTableFailure(0, .notPositive))
        #expect(
            failure(ThrottleRule("b", .tenant(.provider("google")), ThrottleLimits(connections: 1)))
                == ThrottleTableFailure(0, .notASite))
    }
}
