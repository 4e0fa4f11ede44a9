import Mail
import Testing

@testable import Queue

/// The whole queue under load, on a disk that is cut off at random moments, again and again, also while it starts.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PowerCutTests {
    private struct Figures {
        var cuts = 0
        var early = 0
        var kills = 0
    }

    @Test func nothingAcknowledgedIsLostAndNothingDurableIsRepeated() async throws {
        let judge = DeliveryJudge()
        var figures = Figures()
        for seed in 1...10 {
            var dice = JournalDice(state: UInt64(seed))
            var disk = SimulatedDisk()
            for _ in 0..<40 {
                // The first calls are the recovery of what the last cut has left.
                let latest = Int.random(in: 0..<4, using: &dice) == 0 ? 25 : 700
                let fault: SimulatedDisk.Fault = Bool.random(using: &dice) ? .crashBefore : .crashAfter
                disk.plan(fault, atCall: .random(in: 1...latest, using: &dice))
                judge.begin()
                if let life = try await QueueLife(disk, judge, seed: dice.next()) {
                    await life.load(from: judge.next(1_000))
                    await life.end()
                } else {
                    figures.early += 1
                }
                disk.crash()
                figures.cuts += 1
                if Int.random(in: 0..<3, using: &dice) == 0 {
                    figures.kills += 1
                    disk = disk.afterKill()
                } else {
                    disk = disk.afterPowerCut(&dice)
                }
            }
            judge.begin()
            let last = try #require(try await QueueLife(disk, judge, seed: dice.next()))
            #expect(last.report.damages.isEmpty, "seed \(seed): \(last.report)")
            await last.waitUntilEmpty()
            await last.end()
            let verdict = judge.verdict()
            #expect(verdict.lost.isEmpty, "seed \(seed): \(verdict.lost.count) lost: \(verdict.lost.prefix(5))")
            #expect(verdict.violations.isEmpty, "seed \(seed): \(verdict.violations.prefix(5))")
        }
        let verdict = judge.verdict()
        print(
            "queue power cuts: \(figures.cuts) cuts (\(figures.kills) of them kills, \(figures.early) during recovery), "
                + "\(verdict.acknowledged) recipients acknowledged, \(verdict.lost.count) lost, \(verdict.repeats) repeated, "
                + "all of them undurable at the cut")
        // A test in which nothing happens shows nothing.
        #expect(verdict.acknowledged > 10_000 && verdict.repeats > 0 && figures.early > 20)
    }

    /// Writes fail now and then besides, so that messages are refused: none of these is ever delivered.
    @Test func whatWasRefusedIsNotDelivered() async throws {
        let judge = DeliveryJudge()
        for seed in 100..<125 {
            var dice = JournalDice(state: UInt64(seed))
            var disk = SimulatedDisk()
            for _ in 0..<6 {
                for _ in 0..<4 {
                    let fault: SimulatedDisk.Fault = Bool.random(using: &dice) ? .error(28) : .torn(5)
                    disk.plan(fault, atCall: .random(in: 40...400, using: &dice))
                }
                disk.plan(.crashAfter, atCall: .random(in: 450...700, using: &dice))
                judge.begin()
                if let life = try await QueueLife(disk, judge, seed: dice.next()) {
                    await life.load(from: judge.next(1_000))
                    await life.end()
                }
                disk.crash()
                disk = disk.afterKill()
            }
            judge.begin()
            let last = try #require(try await QueueLife(disk, judge, seed: dice.next()))
            await last.waitUntilEmpty()
            await last.end()
            let verdict = judge.verdict()
            #expect(verdict.lost.isEmpty, "seed \(seed): \(verdict.lost.count) lost")
            #expect(verdict.violations.isEmpty, "seed \(seed): \(verdict.violations.prefix(5))")
        }
        let verdict = judge.verdict()
        #expect(verdict.refused > 100)
        print("queue failures and kills: \(verdict.acknowledged) acknowledged, \(verdict.refused) refused, 0 lost")
    }
}
