import Foundation
import Testing

/// Limits, retries and rules that cannot work are told with file and line before anything is sent by them.
@Suite struct ContradictoryLimitsAreRefusedTests {
    private static func check(_ text: String, in folder: TemporaryFolder) throws -> Tool.Result {
        let file = try folder.file(
            "martlet.yaml", text: "hostname: mail.example.com\ndata: \(folder.path)/data\n" + text)
        return try Tool.run(Engine.binary, ["serve", "--check", "--config", file.path])
    }

    private static let tenant = "01890a5d-ac96-774b-bcce-b302099a8057"

    @Test func everyMistakeOfALimitIsNamedWithItsLine() throws {
        let folder = try TemporaryFolder()
        let result = try Self.check(
            """
            limits:
              - {match: "*", message_rate: 0/s}
              - {match: "source:", message_rate: 1/s}
              - {match: "campaign:summer", message_rate: 1/s}
              - {match: "site:a site:b", message_rate: 1/s}
              - {match: {site: a, tenant: "\(Self.tenant)"}, message_rate: 1/s}
              - {match: {colour: red}, message_rate: 1/s}
              - {match: "provider:nobody", connections: 5}
              - {match: "tenant:*", messages_per_connection: 5}
              - {match: "campaign:*", messages_per_connection: 5}
              - {match: "site:b", connections: 0}
              - {match: "site:b", burst: 5, connections: 1}
              - {message_rate: 1/s}
            """, in: folder)
        #expect(result.status != 0)
        for (line, words) in [
            (4, "limits[0].message_rate: expected a rate above zero"), (5, "limits[1].match: expected '*'"),
            (6, "limits[2].match: expected '*'"), (7, "limits[3].match: expected '*'"),
            (8, "limits[4].match.tenant: does not go with"), (9, "limits[5].match"),
            (9, "limits[5].match.colour: unknown key"), (10, "limits[6].match: 'nobody' is none of the providers"),
            (11, "limits[7].messages_per_connection: is for sites and sources"),
            (12, "limits[8].messages_per_connection: is for sites and sources"),
            (13, "limits[9].connections: 0 is outside"),
            (14, "limits[10].burst: is a burst of message_rate"), (15, "limits[11].match: is needed"),
        ] {
            #expect(result.errors.contains("martlet.yaml:\(line): \(words)"), "\(line) \(words)\n\(result.errors)")
        }
    }

    @Test(arguments: [
        ("provider:google", "provider:google"), ("source:*", "{source: '*'}"),
        ("site:a source:b", "{site: a, source: b}"), ("provider:yahoo source:*", "{provider: yahoo, source: '*'}"),
        ("campaign:*", "{campaign: '*'}"), ("tenant:\(Self.tenant)", "{tenant: \(Self.tenant.uppercased())}"),
    ])
    func bothFormsOfAMatchAreTheSame(text: String, mapping: String) throws {
        let folder = try TemporaryFolder()
        for again in ["connections: 7", "connections: 5"] {
            let result = try Self.check(
                """
                limits:
                  - {match: "\(text)", connections: 5}
                  - {match: \(mapping), \(again)}
                """, in: folder)
            #expect(result.status != 0)
            #expect(
                result.errors.contains("martlet.yaml:5: limits[1].match: states a figure that limits[0] states"),
                "\(result.errors)")
        }
    }

    @Test func retriesAndNoticesThatCannotWorkAreRefused() throws {
        let folder = try TemporaryFolder()
        try folder.file("own.rules", text: "version 1\nlisted hard code=550\n")
        let result = try Self.check(
            """
            queue:
              lifetime: 1d
              retry:
                greylisting: {frist: 1m}
                throttling: {first: 2h, maximum: 1h}
                broadcast: {mailbox_full: {factor: 0}}
                hints: {minimum: 5h, maximum: 4h}
              bounce_rules: \(folder.path)/own.rules
              notification: {delay_after: 2d}
              watch: {interval: 0s}
              concurrency: {initial: 0, positive: 1/concurrency}
            """, in: folder)
        #expect(result.status != 0)
        for (line, words) in [
            (6, "queue.retry.greylisting.frist: unknown key; did you mean 'first'?"),
            (7, "queue.retry.throttling.first: is longer than the maximum"),
            (8, "queue.retry.broadcast.mailbox_full.factor: 0.0 is outside"),
            (9, "queue.retry.hints.minimum: is longer than the maximum"),
            (10, "queue.bounce_rules: \(folder.path)/own.rules:2: `listed` is about the sender"),
            (11, "queue.notification.delay_after: is no shorter than queue.lifetime"),
            (12, "queue.watch.interval: 0s is less than 1s"), (13, "queue.concurrency.initial: 0 is outside"),
            (13, "queue.concurrency.positive: expected a number"),
        ] {
            #expect(result.errors.contains("martlet.yaml:\(line): \(words)"), "\(line) \(words)\n\(result.errors)")
        }
    }

    @Test func operatorsCanTryBounceRules() throws {
        let folder = try TemporaryFolder()
        let own = try folder.file("own.rules", text: "version mine\nmailbox_full soft code=550\n    purple * cow\n")
        let wrong = try folder.file("wrong.rules", text: "nonsense code=550\n")
        let good = try Tool.run(Engine.binary, ["bounces", "check", own.path])
        #expect(good.status == 0 && good.output.contains("1 rules, version mine"), "\(good.output)\(good.errors)")
        let bad = try Tool.run(Engine.binary, ["bounces", "check", wrong.path])
        #expect(bad.status != 0 && bad.errors.contains("wrong.rules:1: there is no category `nonsense`"))

        func classify(_ arguments: [String], input: String? = nil) throws -> [String] {
            let result = try Tool.run(Engine.binary, ["bounces", "classify"] + arguments, input: input)
            #expect(result.errors.isEmpty, "\(result.errors)")
            return result.output.split(separator: "\n").map(String.init)
        }
        let unknown = try classify(["550", "5.1.1", "no", "such", "user"])
        #expect(unknown.first?.hasPrefix("hard\tuser_unknown\tbounces.rules:") ?? false, "\(unknown)")
        let mine = try classify(["--rules", own.path, "550", "a purple and fat cow"])
        #expect(mine == ["soft\tmailbox_full\t\(own.path):2"], "\(mine)")
        let lines = try classify([], input: "550 5.7.1 listed at zen.spamhaus.org\n421 4.7.28 unusual rate of mail\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("block\t") }, "\(lines)")
        let host = try classify(["--host", "mx.gmx.net", "554", "Nemesis ESMTP Service not available"])
        #expect(host.first?.hasPrefix("block\tlisted\t") ?? false, "\(host)")
    }
}
