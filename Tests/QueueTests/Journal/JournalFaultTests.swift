import Mail
import Synchronization
import Testing

@testable import Queue

/// One scenario over a disk that fails at its first, second, ... call: whatever was acknowledged is found again,
/// nothing that was refused is delivered, and the journal goes on working.
@Suite(.timeLimit(.minutes(5)))
struct JournalFaultTests {
    /// What the callers of the journal know.
    struct Story: Sendable {
        var messages: [UUIDv7: AcceptedMessage] = [:]
        var acknowledged: [UUIDv7: UInt64] = [:]
        var refused: Set<UUIDv7> = []
        var finished: Set<UUIDv7> = []
        var openFailed = false
        /// How far the consumer of the log has come.
        var passed: UInt64 = 0
        /// What the inbox was given, oldest first.
        var kept: [UUIDv7] = []
    }

    static func options(_ disk: SimulatedDisk) -> JournalOptions {
        var options = JournalOptions(folder: "/journal")
        options.files = disk
        options.segmentSize = 4_096
        options.probeInterval = .milliseconds(1)
        options.restateDistance = 1
        options.restateBelow = 0.6
        return options
    }

    /// 12 groups of 3 messages, two thirds of them delivered.
    static func run(_ disk: SimulatedDisk, from base: Int, story: inout Story, groups: Int = 12) async {
        let journal: Journal
        do {
            journal = try Journal.reopen(options(disk)).journal
        } catch {
            story.openFailed = true
            return
        }
        for group in 0..<groups {
            let messages = (0..<3).map {
                JournalSample.message(base + group * 3 + $0, size: $0 == 2 && group == 5 ? 6_000 : 300)
            }
            for message in messages { story.messages[message.id] = message }
            let results = await withTaskGroup(of: (UUIDv7, Result<UInt64, JournalFailure>, Bool).self) { tasks in
                for message in messages {
                    tasks.addTask {
                        do throws(JournalFailure) {
                            return (message.id, .success(try await journal.accept(message)), false)
                        } catch {
                            // A process that is dead has told nobody anything.
                            return (message.id, .failure(error), disk.isCrashed)
                        }
                    }
                }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            for (id, result, isCrashed) in results {
                switch result {
                case .success(let number):
                    story.acknowledged[id] = number
                    if id.low % 3 != 0, let message = story.messages[id] {
                        story.finished.insert(id)
                        journal.note([
                            id.low % 3 == 1
                                ? JournalSample.delivered(message, number)
                                : JournalSample.bounced(message, number, [0])
                        ])
                    }
                case .failure:
                    if !isCrashed { story.refused.insert(id) }
                }
            }
        }
        journal.close()
    }

    static func check(
        _ story: Story, _ disk: SimulatedDisk, finishedExactly: Bool, refusedExactly: Bool, _ label: String
    ) throws {
        let (journal, recovered, report) = try Journal.reopen(options(disk))
        defer { journal.close() }
        #expect(report.damages.isEmpty, "\(label): \(report)")
        let found = Set(recovered.map(\.id))
        #expect(found.count == recovered.count, "\(label): twice")
        for (id, number) in story.acknowledged {
            if story.finished.contains(id) {
                if finishedExactly { #expect(!found.contains(id), "\(label): \(id) delivered twice") }
                continue
            }
            guard found.contains(id) else {
                Issue.record("\(label): acknowledged message \(number) lost")
                continue
            }
            let loaded = try journal.load(number)
            #expect(loaded.content.original == story.messages[id]?.content.original, "\(label)")
            #expect(loaded.id == id, "\(label)")
        }
        if refusedExactly {
            #expect(found.isDisjoint(with: story.refused), "\(label): a refused message is delivered")
        }
        #expect(found.isSubset(of: story.messages.keys), "\(label)")
    }

    static func callsOfTheScenario() async -> Int {
        let disk = SimulatedDisk()
        var story = Story()
        await run(disk, from: 0, story: &story)
        return disk.calls
    }

    @Test func `without faults everything is as it should be`() async throws {
        let disk = SimulatedDisk()
        var story = Story()
        await Self.run(disk, from: 0, story: &story)
        #expect(story.acknowledged.count == 36)
        #expect(story.refused.isEmpty)
        try Self.check(story, disk.afterKill(), finishedExactly: true, refusedExactly: true, "kill")
        try Self.check(story, disk, finishedExactly: true, refusedExactly: true, "close")
    }

    @Test(arguments: [SimulatedDisk.Fault.error(5), .error(28), .error(122), .short, .torn(5)])
    func `any one call fails`(_ fault: SimulatedDisk.Fault) async throws {
        let calls = await Self.callsOfTheScenario()
        var refusals = 0
        for call in 1...calls {
            let disk = SimulatedDisk()
            disk.plan(fault, atCall: call)
            var story = Story()
            await Self.run(disk, from: 0, story: &story)
            disk.forgetPlan()
            refusals += story.refused.count
            try Self.check(
                story, disk.afterKill(), finishedExactly: true, refusedExactly: true, "\(fault) at \(call)")
            // And it goes on from there.
            await Self.run(disk, from: 1_000, story: &story, groups: 2)
            try Self.check(story, disk, finishedExactly: true, refusedExactly: true, "\(fault) at \(call), later")
        }
        print("journal faults \(fault): \(calls) calls failed in turn, \(refusals) messages refused, 0 lost")
    }

    @Test(arguments: [SimulatedDisk.Fault.crashBefore, .crashAfter])
    func `the process dies at any call`(_ fault: SimulatedDisk.Fault) async throws {
        let calls = await Self.callsOfTheScenario()
        var generator = JournalDice(state: 42)
        for call in 1...calls {
            let disk = SimulatedDisk()
            disk.plan(fault, atCall: call)
            var story = Story()
            await Self.run(disk, from: 0, story: &story)
            let killed = disk.afterKill()
            let cut = disk.afterPowerCut(&generator)
            for (survivor, label) in [(killed, "kill"), (cut, "power cut")] {
                let label = "\(fault) at \(call), \(label)"
                try Self.check(story, survivor, finishedExactly: false, refusedExactly: label == "kill", label)
                // Twice in a row: recovery itself left a sound folder.
                var longer = story
                longer.openFailed = false
                await Self.run(survivor, from: 2_000, story: &longer, groups: 2)
                let openFailed = longer.openFailed
                #expect(!openFailed, "\(label)")
                try Self.check(longer, survivor, finishedExactly: false, refusedExactly: false, label + ", later")
            }
        }
        print("journal crashes \(fault): \(calls) calls in turn, killed and powered off, 0 acknowledged messages lost")
    }

    @Test func `a failure and then a power cut`() async throws {
        let calls = await Self.callsOfTheScenario()
        var generator = JournalDice(state: 7)
        for call in stride(from: 1, through: calls, by: 1) {
            let disk = SimulatedDisk()
            disk.plan(.error(5), atCall: call)
            var story = Story()
            await Self.run(disk, from: 0, story: &story)
            guard !story.openFailed, story.acknowledged.count > story.refused.count else { continue }
            // Something was acknowledged after the failure, so the refused range is struck out for good.
            try Self.check(
                story, disk.afterPowerCut(&generator), finishedExactly: false, refusedExactly: true,
                "EIO at \(call), power cut")
        }
    }

    @Test func `while the disk refuses everything nothing is accepted, and outcomes are kept`() async throws {
        let disk = SimulatedDisk()
        let (journal, _, _) = try Journal.reopen(Self.options(disk))
        let first = JournalSample.message(1)
        let number = try await journal.accept(first)
        #expect(journal.isHealthy)
        disk.failAll(.syncData)
        await #expect(throws: JournalFailure.writeFailed(errno: 5)) {
            try await journal.accept(JournalSample.message(2))
        }
        #expect(!journal.isHealthy)
        await #expect(throws: JournalFailure.writeFailed(errno: 5)) {
            try await journal.accept(JournalSample.message(3))
        }
        journal.note([JournalSample.delivered(first, number)])
        disk.failAll(nil)
        while !journal.isHealthy { await Task.yield() }
        let last = JournalSample.message(4)
        _ = try await journal.accept(last)
        journal.close()
        let (again, recovered, _) = try Journal.reopen(Self.options(disk.afterKill()))
        defer { again.close() }
        #expect(recovered.map(\.id) == [last.id])
    }
}

struct JournalDice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
