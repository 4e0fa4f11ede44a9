import Mail
import Queue
import Testing

@testable import martlet

@Suite struct ShapingFileTests {
    private static let rule = """
          - name: mine
            code: [421]
            text: [slow down]
            actions: [suspend]
            for: 1h
        """

    private func parse(_ text: String) throws(ConfigurationFailure) -> ShapingFile {
        try ShapingFile.parse(text, file: "f")
    }

    @Test func everyKeyIsRead() throws {
        let file = try parse(
            """
            version: mine 3
            include_shipped: false
            limits:
              - {match: "provider:google", connections: 7, message_rate: 20/s}
            rules:
              - name: a
                provider: google
                host: [MX.Google.com]
                exit: direct
                code: [421, 45x]
                enhanced: x.7.28
                text: ["slow down", Unusual * rate]
                trigger: 5/10min
                actions: [slow(40%), retry-in(15min)]
                on: site
                for: 90min
                continue: true
                example: "421 4.7.28 please slow  DOWN"
              - name: b
                site: "direct:mx.example"
                code: 4xx
                limit: {connections: 2, message_rate: 60/1h, burst: 3, messages_per_connection: 5}
                for: 1d
              - {name: c, text: give up, actions: bounce}
              - {name: d, code: 432, actions: [failover], for: 2h, trigger: immediate}
              - {name: e, code: 433, actions: [suspend], for: 2h, on: site+source}
              - {name: f, code: 434, actions: [suspend], for: 2h}
            """)
        #expect(file.versions == ["mine 3"])
        let rate = RateLimit(count: 20, per: .seconds(1))
        #expect(
            file.limits == [
                ThrottleRule(
                    "provider:google", .site(.provider("google")),
                    ThrottleLimits(messageRate: rate, connections: 7))
            ])
        let rules = file.entries.map(\.rule)
        let codes = ["421", "45x"].compactMap(BounceRule.CodePattern.init)
        let first = ShapingRule(
            "a", at: ShapingPlace(providers: ["google"], exits: ["direct"], hosts: ["mx.google.com"]),
            ShapingPattern(
                codes: codes, statuses: ["x.7.28"].compactMap(BounceRule.StatusPattern.init),
                phrases: ["slow down", "unusual * rate"].compactMap { ShapingPhrase($0) }),
            trigger: .threshold(count: 5, period: .seconds(600)),
            actions: [.slow(0.4), .retry(after: .seconds(900))], on: .site, for: .seconds(5_400), continues: true)
        #expect(rules[0] == first)
        let limits = ThrottleLimits(
            messageRate: RateLimit(count: 60, per: .seconds(3_600), burst: 3), connections: 2,
            messagesPerConnection: 5)
        #expect(rules[1].actions == [.limit(limits)])
        #expect(rules[1].duration == .seconds(86_400))
        #expect(rules.map(\.scope) == [.site, .siteAndSource, .tenant, .siteAndSource, .siteAndSource, .tenant])
        #expect(rules[2].duration == nil && rules[2].actions == [.bounce])
        #expect(file.entries[1].place == "f:19")
    }

    @Test func itStandsOnTopOfWhatIsShipped() throws {
        let shipped = ShapingFile.shipped
        let empty = try parse("")
        #expect(empty.entries.map(\.rule) == shipped.entries.map(\.rule))
        #expect(empty.limits == shipped.limits)
        let more = try parse("rules:\n\(Self.rule)")
        #expect(more.entries.count == shipped.entries.count + 1)
        let changed = try parse(
            """
            limits:
              - {match: "provider:yahoo", connections: 3}
            rules:
              - {name: poor-reputation, text: poor reputation, actions: [bounce]}
              - {name: spamcop, disabled: true}
              - {name: not-there, disabled: true, text: nothing at all, actions: [bounce]}
            """)
        #expect(changed.entries.count == shipped.entries.count - 1)
        #expect(changed.entries.last?.rule.actions == [.bounce])
        #expect(changed.entries.count { $0.rule.name == "poor-reputation" } == 1)
        #expect(!changed.entries.contains { ["spamcop", "not-there"].contains($0.rule.name) })
        let yahoo = changed.limits.filter { $0.match == .site(.provider("yahoo")) }
        #expect(yahoo.map(\.limits) == [ThrottleLimits(connections: 3), ThrottleLimits(messagesPerConnection: 20)])
        let alone = try parse("include_shipped: false\nrules:\n\(Self.rule)")
        #expect(alone.entries.map(\.rule.name) == ["mine"])
        #expect(alone.limits.isEmpty)
    }

    @Test(arguments: [
        ("rules: [", 2, "", "did not find"), ("rule: []", 1, "rule", "did you mean 'rules'?"),
        ("rules: 5", 1, "rules", "a list"),
        ("rules:\n  - {text: slow down, actions: [bounce]}", 2, "rules[0].name", "needed"),
        ("rules:\n  - {name: a, actions: [bounce]}", 2, "rules[0]", "match every reply"),
        ("rules:\n  - {name: a, text: slow down}", 2, "rules[0].actions", "needed"),
        ("rules:\n  - {name: a, text: abc, actions: [bounce]}", 2, "rules[0].text", "4 to 200 bytes"),
        ("rules:\n  - {name: a, text: me@here, actions: [bounce]}", 2, "rules[0].text", "without '@'"),
        ("rules:\n  - {name: a, text: slow down, action: [bounce]}", 2, "rules[0].action", "did you mean 'actions'?"),
        ("rules:\n  - {name: a, text: slow down, actions: [sleep]}", 2, "rules[0].actions", "suspend, failover"),
        ("rules:\n  - {name: a, text: slow down, actions: [slow(0%)], for: 1h}", 2, "rules[0].actions", "1% to 99%"),
        ("rules:\n  - {name: a, text: slow down, actions: [slow(150%)], for: 1h}", 2, "rules[0].actions", "1% to 99%"),
        ("rules:\n  - {name: a, text: slow down, actions: [slow(-5%)], for: 1h}", 2, "rules[0].actions", "1% to 99%"),
        ("rules:\n  - {name: a, text: slow down, actions: [slow(half)], for: 1h}", 2, "rules[0].actions", "slow(50%)"),
        ("rules:\n  - {name: a, text: slow down, actions: [suspend]}", 2, "rules[0].for", "how long"),
        ("rules:\n  - {name: a, text: slow down, actions: [suspend], for: 0s}", 2, "rules[0].for", "more than zero"),
        ("rules:\n  - {name: a, text: slow down, actions: [suspend], for: 60d}", 2, "rules[0].for", "at most 30d"),
        (
            "rules:\n  - {name: a, text: slow down, actions: [suspend], for: -5m}", 2, "rules[0].for",
            "expected a duration"
        ),
        ("rules:\n  - {name: a, text: slow down, actions: [bounce], for: 5m}", 2, "rules[0].for", "do not last"),
        ("rules:\n  - {name: a, text: slow down, actions: [retry-in(0s)]}", 2, "rules[0].for", "more than zero"),
        (
            "rules:\n  - {name: a, text: slow down, actions: [bounce, retry-in(5m)]}", 2, "rules[0].actions",
            "contradict"
        ),
        (
            "rules:\n  - {name: a, text: slow down, actions: [failover], on: site, for: 1h}", 2, "rules[0].on",
            "failover"
        ),
        ("rules:\n  - {name: a, text: slow down, actions: [slow(50%)], on: tenant, for: 1h}", 2, "rules[0].on", "slow"),
        ("rules:\n  - {name: a, text: slow down, actions: [suspend], on: planet, for: 1h}", 2, "rules[0].on", "one of"),
        (
            "rules:\n  - {name: a, text: slow down, actions: [bounce], trigger: 1/5m}", 2, "rules[0].trigger",
            "2 to 1000"
        ),
        (
            "rules:\n  - {name: a, text: slow down, actions: [bounce], trigger: 5/0s}", 2, "rules[0].trigger",
            "2 to 1000"
        ),
        ("rules:\n  - {name: a, text: slow down, actions: [bounce], trigger: often}", 2, "rules[0].trigger", "5/10min"),
        (
            "rules:\n  - {name: a, provider: gogle, text: slow down, actions: [bounce]}", 2, "rules[0].provider",
            "google"
        ),
        ("rules:\n  - {name: a, host: .x.com, text: slow down, actions: [bounce]}", 2, "rules[0].host", "host's name"),
        ("rules:\n  - {name: a, code: 250, actions: [bounce]}", 2, "rules[0].code", "400 to 599"),
        ("rules:\n  - {name: a, enhanced: 2.0.0, actions: [bounce]}", 2, "rules[0].enhanced", "4.7.28"),
        (
            "rules:\n  - {name: a, code: 421, limit: {connections: 0}, for: 1h}", 2, "rules[0].limit.connections",
            "outside"
        ),
        ("rules:\n  - {name: a, code: 421, limit: {}, for: 1h}", 2, "rules[0].actions", "at least one figure"),
        (
            "rules:\n  - {name: a, code: 421, limit: {message_rate: 0/s}, for: 1h}", 2, "rules[0].limit.message_rate",
            "above"
        ),
        (
            "rules:\n  - {name: a, code: 421, limit: {connection: 1}, for: 1h}", 2, "rules[0].limit.connection",
            "unknown"
        ),
        (
            "rules:\n  - {name: a, code: 421, limit: {connections: 1}, actions: [slow(5%)], for: 1h}", 2,
            "rules[0].actions", "contradict"
        ),
        ("rules:\n  - {name: a, disabled: true}", 2, "rules[0].name", "no shipped rule 'a'"),
        (
            "rules:\n  - {name: a, code: 421, actions: [bounce]}\n  - {name: a, code: 450, actions: [bounce]}", 3,
            "rules[1].name", "'a' (f:2)"
        ),
        (
            "rules:\n  - {name: a, code: [421, 450], actions: [bounce]}\n\n  - {name: b, code: [450, 421], actions: [bounce]}",
            4, "rules[1]", "the same trigger as 'a' (f:2)"
        ),
        ("rules:\n  - {name: a, code: 421, actions: [bounce], example: 450 no}", 2, "rules[0].example", "no rule does"),
        ("rules:\n  - {name: a, code: 421, actions: [bounce], example: hello}", 2, "rules[0].example", "code"),
        (
            """
            rules:
              - {name: a, code: 421, actions: [bounce], provider: free, example: 421 slow down}
              - {name: b, site: "direct:@free", code: 421, actions: [bounce]}
            """, 2, "rules[0].example", "'b', which is more specific"
        ),
        ("limits:\n  - {match: \"*\"}", 2, "limits[0]", "limits nothing"),
        ("limits:\n  - {match: \"provider:nobody\", connections: 1}", 2, "limits[0].match", "none of the providers"),
        (
            "limits:\n  - {match: \"provider:free\", connections: 1}\n  - {match: \"provider:free\", connections: 2}",
            3,
            "limits[1].match", "limits[0]"
        ),
        ("include_shipped: perhaps", 1, "include_shipped", "true or false"),
    ])
    func aMistakeIsToldWithItsLine(text: String, line: Int, key: String, words: String) {
        do {
            _ = try parse(text)
            Issue.record("taken: \(text)")
        } catch {
            #expect(
                error.problems.contains { $0.line == line && $0.key == key && $0.message.contains(words) }, "\(error)")
            #expect(error.problems.count == 1, "\(error)")
            #expect(error.description.hasPrefix("f:\(line): "))
        }
    }

    @Test func overlappingAShippedRuleSaysHowToReplaceIt() throws {
        let shipped = try #require(ShapingFile.shipped.entries.first { $0.rule.name == "spamcop" })
        do {
            _ = try parse(
                """
                rules:
                  - name: mine
                    code: [4xx, 5xx]
                    text: ["bl.spamcop.net", "spamcop.net/bl.shtml"]
                    actions: [bounce]
                """)
            Issue.record("taken")
        } catch {
            #expect(error.problems.map(\.line) == [2])
            #expect(error.problems[0].message.contains("'spamcop' (\(shipped.place))"))
        }
    }

    @Test func allMistakesAreToldAtOnce() {
        do {
            _ = try parse(
                """
                rules:
                  - {name: a, code: 421, actions: [suspend]}
                  - {name: b, code: 421, actions: [slep]}
                  - {name: c, actions: [bounce]}
                  - {name: d, code: 421, actions: [bounce], colour: red}
                """)
            Issue.record("taken")
        } catch {
            #expect(error.problems.map(\.line) == [2, 3, 4, 5])
        }
    }

    @Test func aFileThatIsNotThere() {
        do {
            _ = try ShapingFile.load("/nowhere/shaping.yaml")
            Issue.record("taken")
        } catch {
            #expect(error.description == "/nowhere/shaping.yaml: cannot be read as UTF-8 text")
        }
    }
}
