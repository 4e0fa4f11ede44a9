import Testing

@testable import Queue

/// Whoever comes in the instant in which the disk works again must be served, not forgotten: the writer has just refused
/// a group, so nobody had been told to ring.
@Suite(.timeLimit(.minutes(2)))
struct JournalRecoveryWakeTests {
    @Test func `an append in the instant of recovery is committed`() async throws {
        for round in 0..<200 {
            let disk = SimulatedDisk()
            let (journal, _, _) = try Journal.reopen(JournalFaultTests.options(disk))
            disk.failAll(.syncData)
            await #expect(throws: JournalFailure.self) { try await journal.accept(JournalSample.message(round * 10)) }
            // Appenders that are refused over and over while the disk is given back under them.
            let accepted = await withTaskGroup(of: Bool.self) { tasks in
                for lane in 1...4 {
                    tasks.addTask {
                        while true {
                            if (try? await journal.accept(JournalSample.message(round * 10 + lane))) != nil { return true }
                            await Task.yield()
                        }
                    }
                }
                disk.failAll(nil)
                return await tasks.reduce(true) { $0 && $1 }
            }
            #expect(accepted)
            journal.close()
        }
    }
}
