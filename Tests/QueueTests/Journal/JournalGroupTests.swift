import Mail
import Synchronization
import Testing

@testable import Queue

/// What shares a commit, and what a commit writes.
@Suite(.timeLimit(.minutes(1)))
struct JournalGroupTests {
    private static func core() -> JournalCore {
        let consumers = ConsumerOffsets()
        return JournalCore(
            options: JournalOptions(folder: "/journal"), journal: UUIDv7(high: 1, low: 2),
            ledger: Ledger(restateBelow: 0.2), consumers: consumers)
    }

    private static func record(_ index: Int) -> OutgoingRecord {
        .note(JournalSample.delivered(JournalSample.message(index), UInt64(index)), keepingEvent: false)
    }

    @Test func `outcomes alone wait for the end of a short rest`() {
        let core = Self.core()
        #expect(core.enqueue([Self.record(1)], evenWhenBroken: true, isAwaited: false) == nil)
        #expect(core.take(elseRest: .short).records.isEmpty)
        #expect(core.take(elseRest: .long).records.count == 1)
    }

    @Test func `what somebody waits for takes the outcomes before it along, in order`() {
        let core = Self.core()
        let outcome = Self.record(1)
        let mail = Self.record(2)
        _ = core.enqueue([outcome], evenWhenBroken: true, isAwaited: false)
        _ = core.enqueue([mail], evenWhenBroken: true)
        let taken = core.take(elseRest: .short).records
        #expect(taken.map(ObjectIdentifier.init) == [ObjectIdentifier(outcome), ObjectIdentifier(mail)])
        #expect(core.take(elseRest: .long).records.isEmpty)
    }

    @Test func `at the end nothing waits`() {
        let core = Self.core()
        _ = core.enqueue([Self.record(1)], evenWhenBroken: true, isAwaited: false)
        core.pending.withLock { $0.isClosing = true }
        #expect(core.take(elseRest: .short).records.count == 1)
    }

    @Test(arguments: [
        (WriterRest.none, true, false, WriterRest.none), (.none, false, false, .none),
        (.short, true, true, .none), (.short, false, false, .short),
        (.long, true, true, .none), (.long, false, true, .none),
    ])
    func `who must ring`(rest: WriterRest, isAwaited: Bool, mustRing: Bool, after: WriterRest) {
        var rest = rest
        #expect(rest.isLeft(for: isAwaited) == mustRing)
        #expect(rest == after)
    }

    @Test func `zeros are written in front of the records once, and then written over`() async throws {
        let disk = SimulatedDisk()
        var options = JournalOptions(folder: "/journal")
        options.files = disk
        options.segmentSize = 64 << 10
        let (journal, _, _) = try Journal.reopen(options)
        defer { journal.close() }
        var calls: [Int] = []
        for index in 1...3 {
            let before = disk.calls
            _ = try await journal.accept(JournalSample.message(index))
            calls.append(disk.calls - before)
        }
        // Zeros, records and the sync; then records and the sync.
        #expect(calls == [3, 2, 2])
    }
}
