import Foundation
import Mail
import Testing

@testable import Queue
@testable import martlet

@Suite struct ShapingKeysTests {
    private func read(_ text: String) throws(ConfigurationFailure) -> Configuration {
        try ConfigurationFile.parse("hostname: h.example\ndata: /d\n" + text, file: "m")
    }

    private func terms(_ configuration: Configuration, _ site: String) -> MeterTerms? {
        configuration.queue.scheduler.throttles.terms(for: MeterKey(.site, site))
    }

    private func written(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).yaml").path
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test func withoutAWordTheShippedRulesAndLimitsCount() throws {
        let configuration = try read("")
        #expect(configuration.shaping.rules.rules.count == ShapingFile.shipped.entries.count)
        #expect(terms(configuration, "direct:@google")?.connections?.value == 20)
        #expect(terms(configuration, "direct:mx.example") == nil)
        #expect(configuration.limitRules.isEmpty)
    }

    @Test func ownLimitsComeFirst() throws {
        let path = try written(
            """
            limits:
              - {match: "provider:yahoo", connections: 4}
              - {match: "provider:google", connections: 5, message_rate: 9/s}
            rules:
              - {name: mine, code: 421, actions: [bounce]}
            """)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let configuration = try read(
            """
            limits:
              - {match: "provider:google", connections: 99}
            shaping: {file: \(path)}
            """)
        let google = try #require(terms(configuration, "direct:@google"))
        #expect(google.connections?.value == 99)
        #expect(google.messageRate?.value == RateLimit(count: 9, per: .seconds(1)))
        #expect(google.messagesPerConnection?.value == 50)
        #expect(terms(configuration, "direct:@yahoo")?.connections?.value == 4)
        #expect(configuration.shaping.rules.rules.last?.name == "mine")
        #expect(configuration.shaping.path == path)
    }

    @Test func eachHalfCanBeSwitchedOff() throws {
        let silent = try read("shaping: {enabled: false}")
        #expect(silent.shaping.rules.isEmpty)
        #expect(terms(silent, "direct:@google") != nil)
        let free = try read("shaping: {limits: false}")
        #expect(!free.shaping.rules.isEmpty)
        #expect(free.queue.scheduler.throttles.isEmpty)
        let apart = try read("provider_sites: false")
        #expect(!apart.shaping.rules.isEmpty)
        #expect(apart.queue.scheduler.throttles.isEmpty)
    }

    @Test func aFileWithMistakesIsToldWithItsLines() throws {
        let path = try written("rules:\n  - {name: a, code: 421}\n  - {name: b, kode: 421, actions: [bounce]}")
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            _ = try read("shaping:\n  file: \(path)\n  enabeld: true")
            Issue.record("taken")
        } catch {
            #expect(error.problems.map(\.line) == [4, 5])
            let told = try #require(error.problems.first)
            #expect(told.key == "shaping.file")
            #expect(told.message.contains("\(path):2: rules[0].actions: are needed"))
            #expect(told.message.contains("\(path):3: rules[1].kode: unknown key; did you mean 'code'?"))
            #expect(error.problems[1].message.contains("did you mean 'enabled'?"))
        }
    }
}
