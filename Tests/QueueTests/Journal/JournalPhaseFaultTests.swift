import Mail
import Testing

@testable import Queue

/// Every call to the disk goes wrong in turn, in each phase of the journal's life, in each way; after it the process is
/// killed or the power cut, and the next start finds what was acknowledged.
@Suite(.timeLimit(.minutes(5)))
struct JournalPhaseFaultTests {
    static let errors: [SimulatedDisk.Fault] = [.error(5), .error(122), .torn(28)]
    static let crashes: [SimulatedDisk.Fault] = [.crashBefore, .crashAfter]

    @Test(arguments: FaultPhase.allCases)
    func `any one call of a phase fails in any way`(_ phase: FaultPhase) async throws {
        var failed: [FileCall: Int] = [:]
        let calls = try await Self.calls(of: phase)
        for fault in Self.errors {
            for call in 1...calls {
                let (disk, prepared) = try await phase.prepare()
                disk.plan(fault, atCall: call)
                var story = prepared
                await phase.act(disk, &story)
                disk.forgetPlan()
                failed.merge(disk.failed) { $0 + $1 }
                try await phase.check(story, disk.afterKill(), exactly: true, "\(phase): \(fault) at \(call)")
            }
        }
        Self.tell("failed", phase, calls, failed)
        #expect(Set(failed.keys).isSuperset(of: phase.expected), "\(failed)")
    }

    @Test(arguments: FaultPhase.allCases)
    func `the process dies at any call of a phase`(_ phase: FaultPhase) async throws {
        var failed: [FileCall: Int] = [:]
        var generator = JournalDice(state: 4711)
        let calls = try await Self.calls(of: phase)
        for fault in Self.crashes {
            for call in 1...calls {
                let (disk, prepared) = try await phase.prepare()
                disk.plan(fault, atCall: call)
                var story = prepared
                await phase.act(disk, &story)
                failed.merge(disk.failed) { $0 + $1 }
                let label = "\(phase): \(fault) at \(call)"
                try await phase.check(story, disk.afterKill(), exactly: false, label + ", killed")
                try await phase.check(story, disk.afterPowerCut(&generator), exactly: false, label + ", power cut")
            }
        }
        Self.tell("died at", phase, calls, failed)
        #expect(Set(failed.keys).isSuperset(of: phase.expected), "\(failed)")
    }

    /// Something fails, and then, at any time after it, the machine stops; and once more while it starts again.
    @Test func `a failure, a power cut, and another one during recovery`() async throws {
        var recoveries = 0
        for seed in 0..<300 {
            var generator = JournalDice(state: UInt64(seed))
            var disk = SimulatedDisk()
            var story = JournalFaultTests.Story()
            for life in 0..<4 {
                for _ in 0..<Int.random(in: 0...2, using: &generator) {
                    disk.plan(.error(5), atCall: .random(in: 1...250, using: &generator))
                }
                // Early ones hit the recovery of what the life before has left.
                let latest = Bool.random(using: &generator) ? 30 : 300
                let isBefore = Bool.random(using: &generator)
                disk.plan(
                    isBefore ? .crashBefore : .crashAfter, atCall: .random(in: 1...latest, using: &generator))
                story.openFailed = false
                await JournalFaultTests.run(disk, from: 1_000 * life, story: &story, groups: 8)
                if story.openFailed { recoveries += 1 }
                disk.crash()
                disk = disk.afterPowerCut(&generator)
            }
            let label = "seed \(seed)"
            try JournalFaultTests.check(story, disk, finishedExactly: false, refusedExactly: false, label)
            // What was delivered, and said so durably, stays delivered in a sound life that follows.
            var later = story
            await JournalFaultTests.run(disk, from: 9_000, story: &later, groups: 2)
            try JournalFaultTests.check(later, disk, finishedExactly: false, refusedExactly: false, label + ", later")
        }
        #expect(recoveries > 50)
        print("journal failures and power cuts: 300 seeds, 1,200 lives, \(recoveries) ended during recovery, 0 lost")
    }

    private static func calls(of phase: FaultPhase) async throws -> Int {
        let (disk, prepared) = try await phase.prepare()
        let before = disk.calls
        var story = prepared
        await phase.act(disk, &story)
        try await phase.check(story, disk.afterKill(), exactly: true, "\(phase) without a fault")
        return disk.calls - before
    }

    private static func tell(_ verb: String, _ phase: FaultPhase, _ calls: Int, _ failed: [FileCall: Int]) {
        let list = failed.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        print("journal phase \(phase): \(verb) each of \(calls) calls (\(list)), 0 lost")
    }
}
