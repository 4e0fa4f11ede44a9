import GRDB
import Mail
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct MessageListTests {
    /// Writes straight into the tables, as the projector does.
    private static func fill(_ database: EventDatabase, _ events: [Event]) async throws {
        for start in stride(from: 0, to: events.count, by: 4_096) {
            let slice = Array(events[start..<min(start + 4_096, events.count)])
            try await database.pool.write { db in
                var batch = try ProjectionBatch(db)
                try batch.write(slice, next: UInt64(start + slice.count))
            }
        }
    }

    private static func event(_ offset: Int, _ message: Int, _ kind: Event.Kind) -> Event {
        let time = Samples.noon + .seconds(message)
        return Event(
            offset: UInt64(offset), id: Samples.id(offset), at: time, tenant: Samples.tenant,
            message: UUIDv7(at: time, random: (0, UInt64(message))), kind: kind)
    }

    @Test func `A list filters by state, recipient and time, and pages by offset and cursor`() async throws {
        let folder = try TemporaryFolder()
        let database = try EventDatabase.open(folder: folder.path)
        defer { database.close() }
        var events: [Event] = []
        for number in 0..<40 {
            let facts = Samples.facts(
                to: ["user\(number % 4)@example.org"],
                notBefore: number == 39 ? Samples.noon + .seconds(9_999) : number == 38 ? Samples.noon : nil)
            events.append(Self.event(events.count, number, .queued(facts)))
            switch number {
            case 0..<20: events.append(Self.event(events.count, number, Samples.attempt(0, .delivered)))
            case 20..<25:
                events.append(Self.event(events.count, number, Samples.attempt(0, .bounced(.remoteReply), code: 550)))
            default: break
            }
        }
        try await Self.fill(database, events)
        let store = Reader(store: database.messages(time: RealTime()))
        func numbers(_ filter: MessageFilter) async throws -> ([Int], Int) {
            let page = try await store.messages(of: Samples.tenant, matching: filter)
            return (page.messages.map { Int($0.id.low & 0xFFFF) }, page.total)
        }
        var found = try await numbers(MessageFilter(limit: 3))
        #expect(found == ([39, 38, 37], 40))
        found = try await numbers(MessageFilter(limit: 3, offset: 3))
        #expect(found == ([36, 35, 34], 40))
        let cursor = UUIDv7(at: Samples.noon + .seconds(37), random: (0, 37))
        found = try await numbers(MessageFilter(limit: 2, before: cursor))
        #expect(found == ([36, 35], 40))
        found = try await numbers(MessageFilter(status: .delivered, limit: 2))
        #expect(found == ([19, 18], 20))
        found = try await numbers(MessageFilter(status: .sent, limit: 1))
        #expect(found == ([19], 20))
        found = try await numbers(MessageFilter(status: .bounced, limit: 10))
        #expect(found == ([24, 23, 22, 21, 20], 5))
        // 39 waits for its time; 38 had one that is past.
        found = try await numbers(MessageFilter(status: .scheduled))
        #expect(found == ([39], 1))
        found = try await numbers(MessageFilter(status: .queued, limit: 2))
        #expect(found == ([38, 37], 14))
        found = try await numbers(MessageFilter(to: "USER3@example.org", limit: 2))
        #expect(found == ([39, 35], 10))
        found = try await numbers(MessageFilter(status: .delivered, to: "user3@example.org"))
        #expect(found == ([19, 15, 11, 7, 3], 5))
        found = try await numbers(
            MessageFilter(since: Samples.noon + .seconds(10), until: Samples.noon + .seconds(12)))
        #expect(found == ([12, 11, 10], 3))
        found = try await numbers(MessageFilter(to: "nobody@example.org"))
        #expect(found == ([], 0))
    }

    @Test func `Ten thousand messages: what a list costs`() async throws {
        let folder = try TemporaryFolder()
        let database = try EventDatabase.open(folder: folder.path)
        defer { database.close() }
        var events: [Event] = []
        for number in 0..<10_000 {
            events.append(
                Self.event(events.count, number, .queued(Samples.facts(to: ["user\(number % 500)@example.org"]))))
            events.append(Self.event(events.count, number, Samples.attempt(0, .delivered)))
        }
        let clock = ContinuousClock()
        let projected = try await clock.measure { try await Self.fill(database, events) }
        let store = Reader(store: database.messages(time: RealTime()))
        let filters: [(String, MessageFilter)] = [
            ("newest 50", MessageFilter()), ("state", MessageFilter(status: .delivered)),
            ("recipient", MessageFilter(to: "user7@example.org")),
            ("offset 9000", MessageFilter(offset: 9_000)),
        ]
        print("projection: 10000 messages, 20000 events in \(projected)")
        for (name, filter) in filters {
            var total = 0
            let spent = try await clock.measure {
                total = try await store.messages(of: Samples.tenant, matching: filter).total
            }
            #expect(total == (filter.to == nil ? 10_000 : 20))
            print("list of 10000 messages, \(name): \(spent)")
        }
    }
}
