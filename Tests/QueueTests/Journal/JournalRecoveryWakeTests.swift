import Testing

@testable import Queue

/// Whoever comes in the instant in which the disk works again must be served, not forgotten: the writer has just refused
/// a group, so nobody had been told to ring.
@Suite(.timeLimit(.minutes(2)))
struct JournalRecoveryWakeTests {
    @Test func `an append in the instant of recovery is committed`() async throws {
        for round in 0..<100 {
            let disk = SimulatedDisk()
            var options = JournalFaultTests.options(disk)
            // The next attempt follows the failure at once, while others still bring what they began before it.
            options.probeInterval = .zero
            let (journal, _, _) = try Journal.reopen(options)
            let accepted = await withTaskGroup(of: Int.self) { tasks in
                for lane in 0..<4 {
                    tasks.addTask {
                        var count = 0
                        for turn in 0..<20 {
                            let message = JournalSample.message(round * 1_000 + lane * 100 + turn)
                            // Now and then the next call fails: recovery upon recovery, with appenders all the time.
                            if turn % 4 == lane { disk.plan(.error(5), atCall: 1 + turn % 3) }
                            while (try? await journal.accept(message)) == nil { await Task.yield() }
                            count += 1
                        }
                        return count
                    }
                }
                return await tasks.reduce(0, +)
            }
            #expect(accepted == 80)
            journal.close()
        }
    }
}
