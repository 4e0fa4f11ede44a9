import Mail
import Testing

@testable import Queue

@Suite struct ShapingRulesTests {
    typealias Sample = ShapingSample

    private func names(
        _ rules: ShapingRules, _ line: String, site: String = "direct:mx.example", host: String = "mx.example"
    ) -> [String] {
        rules.matching(Sample.reply(line), site: site, host: host).map { rules.rules[$0].name }
    }

    @Test(arguments: [
        ("450 4.7.1 Too  MANY\tconnections from you", true), ("450 4.7.1 too many\r\n connections", true),
        ("450 4.7.1 too manyconnections", false), ("550 4.7.1 too many connections", false),
        ("450 4.7.2 too many connections", false), ("450 (#4.7.1) too many connections", true),
        ("450 too many connections", false), ("250 2.0.0 too many connections", false),
        ("450 4.7.1 slow purple cow", true), ("450 4.7.1 slow cow", true),
        ("450 4.7.1 <too many connections@a.b>", false),
        ("450 4.7.1 cow slow", false), ("450 4.7.1 too.many.connections@a.b", false),
    ])
    func codeStatusAndWordsMustHold(line: String, matches: Bool) throws {
        let rules = try Sample.rules(
            ShapingRule(
                "a", Sample.pattern(code: ["45x"], enhanced: ["4.7.1"], "too many connections", "slow * cow"),
                actions: [.bounce]))
        #expect(names(rules, line) == (matches ? ["a"] : []))
    }

    @Test func aRuleWithoutWordsGoesByCodeAndStatus() throws {
        let rules = try Sample.rules(
            ShapingRule("code", Sample.pattern(code: ["421", "45x"]), actions: [.bounce]),
            ShapingRule("status", Sample.pattern(enhanced: ["x.7.1"]), actions: [.bounce]))
        #expect(names(rules, "421 sorry") == ["code"])
        #expect(names(rules, "459 4.7.1 sorry") == ["code", "status"])
        #expect(names(rules, "550 5.7.1 sorry") == ["status"])
        #expect(names(rules, "550 sorry") == [])
    }

    @Test func aPlaceIsASiteAHostAProviderOrAWayOut() throws {
        let words = Sample.pattern("slow down")
        let rules = try Sample.rules(
            ShapingRule("site", at: ShapingPlace(sites: ["direct:a"]), words, actions: [.bounce]),
            ShapingRule("host", at: ShapingPlace(hosts: ["mail.test"]), words, actions: [.bounce]),
            ShapingRule("google", at: ShapingPlace(providers: ["google"]), words, actions: [.bounce]),
            ShapingRule("exit", at: ShapingPlace(exits: ["relay"]), words, actions: [.bounce]),
            ShapingRule("any", words, actions: [.bounce]))
        let line = "421 slow down"
        #expect(names(rules, line, site: "direct:a", host: "x.mail.test") == ["site"])
        #expect(names(rules, line, site: "direct:b", host: "X.Mail.TEST.") == ["host"])
        #expect(names(rules, line, site: "direct:b", host: "mail.test") == ["host"])
        #expect(names(rules, line, site: "direct:b", host: "xmail.test") == ["any"])
        #expect(names(rules, line, site: "direct:@google", host: "mx.google.com") == ["google"])
        #expect(names(rules, line, site: "relay:@google", host: "MX.google.com.") == ["google"])
        #expect(names(rules, line, site: "relay:c", host: "") == ["exit"])
        // A site of several providers' hosts is that of whoever answered.
        #expect(names(rules, line, site: "direct:c", host: "mx.google.com") == ["google"])
        #expect(names(rules, line, site: "no colon", host: "") == ["any"])
    }

    @Test func theMostSpecificLevelCounts() throws {
        let words = Sample.pattern("slow down")
        let more = Sample.pattern("slow down", "ease off")
        func rules(_ continues: Bool, _ second: Bool) throws -> ShapingRules {
            try Sample.rules(
                ShapingRule("any", words, actions: [.bounce]),
                ShapingRule(
                    "google", at: ShapingPlace(providers: ["google"]), words, actions: [.bounce], continues: continues),
                ShapingRule(
                    "google too", at: ShapingPlace(providers: ["google"]), more, actions: [.bounce], continues: second))
        }
        let line = "421 slow down"
        #expect(names(try rules(false, false), line, site: "d:@google", host: "") == ["google", "google too"])
        // One that does not go on is enough.
        #expect(names(try rules(true, false), line, site: "d:@google", host: "") == ["google", "google too"])
        #expect(names(try rules(true, true), line, site: "d:@google", host: "") == ["google", "google too", "any"])
        #expect(names(try rules(false, true), "421 ease off", site: "d:@google", host: "") == ["google too"])
        #expect(names(try rules(false, false), line, site: "d:@yahoo", host: "") == ["any"])
    }

    @Test(arguments: ["abc", "* abcd", "abcd *", "abcd * * efgh", "user@example", "", "    ", "abc * defgh"])
    func noPhrase(text: String) { #expect(ShapingPhrase(text) == nil) }

    @Test func aPhraseOfTwoHundredBytesAtMost() {
        #expect(ShapingPhrase(String(repeating: "x", count: 200)) != nil)
        #expect(ShapingPhrase(String(repeating: "x", count: 201)) == nil)
        #expect(ShapingPhrase(" Two\t\n Words ")?.pieces == [Array(" two words ".utf8)])
        #expect(ShapingPhrase("four * x")?.pieces == [Array("four".utf8), Array("x".utf8)])
    }

    @Test func whatCannotWorkIsRefused() {
        let words = Sample.pattern("slow down")
        let hour = Duration.seconds(3_600)
        let good = ShapingRule("good", words, actions: [.suspend], for: hour)
        typealias Reason = ShapingRulesFailure.Reason
        let cases: [(ShapingRule, Reason)] = [
            (ShapingRule("good", Sample.pattern("other"), actions: [.bounce]), .sameName(0)),
            (ShapingRule("b", words, actions: [.bounce]), .overlaps(0)),
            (ShapingRule("b", ShapingPattern(), actions: [.bounce]), .matchesEverything),
            (ShapingRule("b", Sample.pattern("other"), actions: []), .noActions),
            (ShapingRule("b", Sample.pattern("other"), actions: [.bounce, .bounce]), .contradictoryActions),
            (
                ShapingRule("b", Sample.pattern("other"), actions: [.bounce, .retry(after: hour)]),
                .contradictoryActions
            ),
            (
                ShapingRule(
                    "b", Sample.pattern("other"), actions: [.suspend, .failover], on: .siteAndSource, for: hour),
                .contradictoryActions
            ),
            (
                ShapingRule(
                    "b", Sample.pattern("other"), actions: [.slow(0.5), .limit(ThrottleLimits(connections: 1))],
                    on: .site, for: hour), .contradictoryActions
            ),
            (ShapingRule("b", Sample.pattern("other"), actions: [.suspend]), .needsDuration),
            (ShapingRule("b", Sample.pattern("other"), actions: [.bounce], for: hour), .uselessDuration),
            (ShapingRule("b", Sample.pattern("other"), actions: [.suspend], for: .zero), .badDuration),
            (ShapingRule("b", Sample.pattern("other"), actions: [.suspend], for: .seconds(-1)), .badDuration),
            (ShapingRule("b", Sample.pattern("other"), actions: [.suspend], for: .seconds(31 * 86_400)), .badDuration),
            (ShapingRule("b", Sample.pattern("other"), actions: [.retry(after: .zero)]), .badDuration),
            (ShapingRule("b", Sample.pattern("other"), actions: [.slow(0)], on: .site, for: hour), .badFigure),
            (ShapingRule("b", Sample.pattern("other"), actions: [.slow(1)], on: .site, for: hour), .badFigure),
            (
                ShapingRule("b", Sample.pattern("other"), actions: [.limit(ThrottleLimits())], on: .site, for: hour),
                .badFigure
            ),
            (
                ShapingRule(
                    "b", Sample.pattern("other"), actions: [.limit(ThrottleLimits(connections: 0))], on: .site,
                    for: hour), .badFigure
            ),
            (
                ShapingRule("b", Sample.pattern("other"), actions: [.slow(0.5)], on: .tenant, for: hour),
                .wrongScope(.tenant)
            ),
            (
                ShapingRule("b", Sample.pattern("other"), actions: [.failover], on: .site, for: hour),
                .wrongScope(.site)
            ),
            (
                ShapingRule(
                    "b", Sample.pattern("other"), trigger: .threshold(count: 1, period: hour), actions: [.bounce]),
                .badThreshold
            ),
            (
                ShapingRule(
                    "b", Sample.pattern("other"), trigger: .threshold(count: 1_001, period: hour), actions: [.bounce]),
                .badThreshold
            ),
            (
                ShapingRule(
                    "b", Sample.pattern("other"), trigger: .threshold(count: 5, period: .zero), actions: [.bounce]),
                .badThreshold
            ),
        ]
        for (rule, reason) in cases {
            do {
                _ = try ShapingRules([good, rule])
                Issue.record("taken: \(rule)")
            } catch {
                #expect(error.rule == 1)
                #expect(error.reason == reason)
            }
        }
    }

    /// The same words with another trigger are an escalation, at another place an exception.
    @Test func whatDiffersDoesNotOverlap() throws {
        let words = Sample.pattern("slow down")
        let rules = try Sample.rules(
            ShapingRule("a", words, actions: [.bounce]),
            ShapingRule("b", words, trigger: .threshold(count: 5, period: .seconds(60)), actions: [.bounce]),
            ShapingRule("c", at: ShapingPlace(providers: ["google"]), words, actions: [.bounce]))
        #expect(names(rules, "421 slow down") == ["a", "b"])
    }

    @Test func anyBytesAreAReplyOrNone() throws {
        var random = SplitMix64(seed: 5)
        let alphabet = ["too", "many", "slow", "conn", "s", " ", "\n", "*", "@", "<", "4.7.1", "\u{FF}", "é", "."]
        let rules = try Sample.rules(
            ShapingRule("a", Sample.pattern("too many", "slow * conn * s"), actions: [.bounce]),
            ShapingRule("b", Sample.pattern(code: ["4xx"], enhanced: ["4.7.x"]), actions: [.bounce]))
        var found = 0
        for _ in 0..<4_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                bytes += Array(alphabet[Int.random(in: 0..<alphabet.count, using: &random)].utf8)
                if Int.random(in: 0..<20, using: &random) == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                }
            }
            let reply = Reply(code: UInt16.random(in: 0...999, using: &random), lines: [bytes])
            found += rules.matching(reply, site: "a:b", host: "c").count
        }
        #expect(found > 0)
    }

    @Test func limitsOfOnesOwnComeFirst() throws {
        let base = [
            ThrottleRule("g", .site(.provider("google")), ThrottleLimits(connections: 5, messagesPerConnection: 50)),
            ThrottleRule("y", .site(.provider("yahoo")), ThrottleLimits(connections: 5)),
        ]
        let own = [
            ThrottleRule("mine", .site(.provider("google")), ThrottleLimits(connections: 50)),
            ThrottleRule("also", .site(.provider("yahoo")), ThrottleLimits(connections: 7)),
        ]
        let combined = ThrottleDefaults.combined(own, over: base)
        #expect(
            combined == own + [ThrottleRule("g", .site(.provider("google")), ThrottleLimits(messagesPerConnection: 50))]
        )
        _ = try ThrottleTable(combined)
    }

    // MARK: Hosts that are none of the site's

    /// A domain can name hosts of a provider to the router, and its own a moment later to the transport.
    @Test func aForeignHostDoesNotSpeakForTheSite() throws {
        let rules = try ShapingSample.rules(
            ShapingRule(
                "blocked", ShapingSample.pattern("blocked your address"), actions: [.failover], on: .siteAndSource,
                for: .seconds(3_600)))
        let reply = ShapingSample.reply("550 5.7.1 we have blocked your address")
        func matched(_ site: String, _ host: String) -> Bool { !rules.matching(reply, site: site, host: host).isEmpty }
        #expect(matched("direct:@google", "aspmx.l.google.com") && matched("direct:@google", "ASPMX.L.GOOGLE.COM."))
        #expect(!matched("direct:@google", "mx.evil.example"))
        #expect(!matched("direct:@google", "mx.google.com.evil.example"))
        // Elsewhere the site is the host's own.
        #expect(matched("direct:mx.evil.example", "mx.evil.example") && matched("relay", "smart.test"))
        // A reply from before a host was known.
        #expect(matched("direct:@google", ""))
    }
}
