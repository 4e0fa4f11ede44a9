import Foundation
import Mail
import Testing

@testable import Queue

/// Figures, not verdicts: `MARTLET_FIGURES=1 swift test -c release -Xswiftc -enable-testing --filter ShapingCost`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["MARTLET_FIGURES"] != nil))
struct ShapingCostTests {
    private static func seconds(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        body()
        return now() - start
    }

    /// Replies of 200 bytes against 500 rules of three phrases each: most match nothing, as in life.
    @Test(arguments: [50, 500, 4_000])
    func aReply(count: Int) throws {
        var random = SplitMix64(seed: 1)
        let rules = (0..<count).map { number in
            let phrases = (0..<3).map { _ in "\(String(random.next() % 1_000_000_007, radix: 36)) is too much" }
            return ShapingRule(
                "rule \(number)", at: ShapingPlace(providers: number % 3 == 0 ? [] : ["google"]),
                ShapingPattern(
                    codes: [BounceRule.CodePattern("4xx")].compactMap(\.self),
                    phrases: phrases.compactMap { ShapingPhrase($0) }),
                trigger: number % 2 == 0 ? .immediate : .threshold(count: 5, period: .seconds(600)),
                actions: [.suspend], for: .seconds(60))
        }
        let desk = SharedShaping(try ShapingRules(rules))
        let plain = ShapingSample.observation(
            "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address. To "
                + "protect our users from spam, mail sent from your IP address has been temporarily rate limited.",
            site: "direct:@google")
        var hit = plain
        let words = try #require(rules[count / 2].pattern.phrases.first?.pieces.first)
        hit.reply = Reply(code: 421, text: plain.reply.text + " " + String(decoding: words, as: UTF8.self))
        for (name, observation) in [("no rule", plain), ("one rule", hit)] {
            let rounds = 100_000
            let spent = Self.seconds {
                for round in 0..<rounds {
                    let time = Duration.microseconds(round)
                    _ = desk.observe(
                        observation, at: ShapingSample.at(time), wall: ShapingSample.start + time)
                }
            }
            print(
                "figure shaping: \(count) rules, \(name) matches: \(spent / Double(rounds) * 1e6) microseconds a reply")
        }
    }
}
