import Foundation
import Testing

/// Mail to five large receivers, each of a temper of its own: what they count at their end keeps to what is configured,
/// the rules fire, and in the end every message has arrived.
///
/// Ordinarily 2,000 messages; with MARTLET_FULL=1 the 50,000 of the real run.
@Suite struct FiveProvidersTests {
    @Test(.timeLimit(.minutes(30))) func noLimitIsExceededAndEverythingArrives() throws {
        guard let providers = try FiveProviders() else { return }
        defer { providers.stop() }
        let count = providers.messages
        let engine = try providers.startEngine()
        #expect(try providers.send() == count)
        let isDone = eventually(within: providers.patience) { (try? providers.arrived()) == count }
        let standing = providers.standing(engine)
        let figures = try providers.figures()
        print("five providers, \(count) messages: \(figures.summary)")
        if let folder = ProcessInfo.processInfo.environment["MARTLET_FIGURES"] {
            try figures.text.write(toFile: "\(folder)/five-providers.json", atomically: true, encoding: .utf8)
        }
        #expect(isDone, "\(figures.text)\n\(engine.errors.suffix(4_000))")

        // Everything arrived, nothing twice.
        for provider in figures.providers {
            #expect(provider.accepted == count / 5 && provider.distinct == count / 5, "\(provider)")
            #expect(provider.repeated == 0 && provider.unknown == 0, "\(provider.name)")
        }
        // No more than the lateness with which a credit that was granted is seen at the other end.
        let lateness = 0.5 + figures.lag
        for (name, limit) in FiveProviders.limits(providers.isFull) {
            let seen = try #require(figures[name])
            if let most = limit.connections { #expect(seen.mostOpen <= most, "\(name): connections") }
            if let most = limit.messagesPerConnection { #expect(seen.mostMessages <= most, "\(name)") }
            if let rate = limit.messageRate {
                #expect(try #require(seen.messageBurst) <= limit.burst + rate * lateness, "\(name): messages")
            }
            if let rate = limit.connectionRate {
                #expect(try #require(seen.connectionBurst) <= limit.connectionBurst + rate * lateness, "\(name)")
            }
            if let rate = limit.sourceRate {
                #expect(try #require(seen.sourceBurst) <= limit.burst + rate * lateness, "\(name): one source")
            }
        }
        // What one source sends to all of them together has a limit, too.
        #expect(figures.sourceBurst <= FiveProviders.sourceBurst + providers.sourceRate * lateness)

        // The rules fired, and what they set off is what the receivers saw.
        let microsoft = try #require(figures["microsoft"])
        // A source that was told to slow down rests at once: only what was under way hears of it again.
        #expect(microsoft.pauses > 0 && (microsoft.replies["451"] ?? 0) <= microsoft.pauses * 6, "\(microsoft)")
        #expect(microsoft.sources.count == 3, "while one source rests the others go on: \(microsoft.sources)")
        let yahoo = try #require(figures["yahoo"])
        #expect((yahoo.replies["421"] ?? 0) > 0)
        let apple = try #require(figures["apple"])
        #expect(apple.replies["450"] == count / 5 && apple.attempts < count / 5 * 5 / 2)
        let gmx = try #require(figures["gmx"])
        #expect(gmx.sources["127.0.0.12"] == nil && (gmx.replies["550"] ?? 0) > 0)
        #expect(gmx.replies["550"] ?? .max <= 60, "a blocked source rests at once")
        for rule in FiveProviders.lastingRules { #expect(standing.contains(rule), "\(rule): \(standing)") }
        #expect(engine.terminate() == 0, "\(engine.errors.suffix(2_000))")
    }
}
