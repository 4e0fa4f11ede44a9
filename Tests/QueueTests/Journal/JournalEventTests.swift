import Mail
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1)))
struct JournalEventTests {
    /// Memory and disk tell the same story.
    @Test(arguments: [0, 5, 8_192]) func `events are read in order, wherever they come from`(_ tail: Int) async throws {
        try await JournalSample.withFolder { folder in
            var options = JournalSegmentTests.options(folder)
            options.tailEvents = tail
            let (journal, _, _) = try Journal.reopen(options)
            journal.acknowledge("reader", upTo: 0)
            var expected: [(UInt64?, String)] = []
            for index in 0..<60 {
                let message = JournalSample.message(index)
                let number = try await journal.accept(message)
                expected.append((number, "queued"))
                journal.note([
                    JournalSample.deferred(message, number, next: 9),
                    index % 2 == 0
                        ? JournalSample.cancelled(message, number, [0])
                        : JournalSample.bounced(message, number, [0]),
                ])
                expected.append((nil, "attempted"))
                expected.append((nil, index % 2 == 0 ? "cancelled" : "bounced"))
            }
            journal.close()
            for limit in [1, 7, 1_000] {
                var offset: UInt64 = 0
                var seen: [Event] = []
                while true {
                    let (events, next) = try await journal.read(from: offset, limit: limit)
                    if events.isEmpty { break }
                    #expect(events.count <= limit)
                    #expect(next > events.last!.offset)
                    seen += events
                    // A reader may go on from `next`, or from behind the event that it saw last.
                    offset = limit == 7 ? events.last!.offset + 1 : next
                }
                #expect(seen.map(\.kind.name) == expected.map(\.1))
                #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.offset < $1.offset })
                #expect(Set(seen.map(\.id)).count == seen.count)
                for (event, expectation) in zip(seen, expected) {
                    if let number = expectation.0 { #expect(event.offset == number) }
                }
                #expect(offset <= journal.end)
            }
            // After a restart the same events have the same names.
            let before = try await journal.read(from: 0, limit: 10).events.map(\.id)
            let (again, _, _) = try Journal.reopen(options)
            defer { again.close() }
            #expect(try await again.read(from: 0, limit: 10).events.map(\.id) == before)
            #expect(again.end == journal.end)
        }
    }

    @Test func `waiting ends when the event is durable`() async throws {
        try await JournalSample.withFolder { folder in
            let (journal, _, _) = try Journal.reopen(JournalOptions(folder: folder))
            defer { journal.close() }
            let end = journal.end
            let waiter = Task { () -> Int in
                try await journal.wait(for: end)
                return try await journal.read(from: end, limit: 10).events.count
            }
            _ = try await journal.accept(JournalSample.message(1))
            #expect(try await waiter.value == 1)
            // What has passed is not waited for.
            try await journal.wait(for: end)
        }
    }

    @Test func `waiting can be cancelled, and ends with the journal`() async throws {
        try await JournalSample.withFolder { folder in
            let (journal, _, _) = try Journal.reopen(JournalOptions(folder: folder))
            let cancelled = Task { try await journal.wait(for: .max) }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            let closed = Task { try await journal.wait(for: .max) }
            await Task.yield()
            journal.close()
            await #expect(throws: CancellationError.self) { try await closed.value }
            await #expect(throws: JournalFailure.closed) { try await journal.accept(JournalSample.message(1)) }
        }
    }

    @Test func `consumers' offsets outlive the process`() async throws {
        let disk = SimulatedDisk()
        var (journal, _, _) = try Journal.reopen(JournalFaultTests.options(disk))
        journal.acknowledge("webhooks", upTo: 0)
        journal.close()
        (journal, _, _) = try Journal.reopen(JournalFaultTests.options(disk))
        for index in 0..<100 {
            let message = JournalSample.message(index)
            journal.note([JournalSample.delivered(message, try await journal.accept(message))])
        }
        // Behind the last note in the log, so that this is durable as well.
        let last = JournalSample.message(100)
        let number = try await journal.accept(last)
        // The webhooks have not come back yet, and still nothing is taken from them.
        #expect(try await journal.read(from: 0, limit: 1_000).events.count == 201)
        journal.note([JournalSample.delivered(last, number)])
        journal.forget("webhooks")
        #expect(await JournalSegmentTests.eventually { disk.names.filter { $0.hasSuffix(".seg") }.count == 1 })
        journal.close()
    }

    @Test func `a journal that is closed already is waited for by nobody`() async throws {
        let disk = SimulatedDisk()
        let (journal, _, _) = try Journal.reopen(JournalFaultTests.options(disk))
        journal.close()
        await #expect(throws: CancellationError.self) { try await journal.wait(for: journal.end) }
    }

    @Test func `a consumer that was never written down misses nothing`() async throws {
        let disk = SimulatedDisk()
        var options = JournalFaultTests.options(disk)
        options.consumer = "reader"
        let (journal, _, _) = try Journal.reopen(options)
        for index in 0..<20 {
            let message = JournalSample.message(index, size: 700)
            let number = try await journal.accept(message)
            #expect(await journal.commit([JournalSample.delivered(message, number)]))
        }
        // The machine stops before the file of offsets was ever written.
        disk.crash()
        journal.close()
        var later = options
        later.files = disk.afterKill()
        let (again, _, _) = try Journal.reopen(later)
        defer { again.close() }
        #expect(try await again.read(from: 0, limit: 1_000).events.count == 40)
    }
}

extension Event.Kind {
    var name: String {
        switch self {
        case .queued: "queued"
        case .attempted: "attempted"
        case .cancelled: "cancelled"
        case .announced: "announced"
        case .bouncedByOperator: "bounced"
        }
    }
}
