import GRDB
import Mail
import Testing

@testable import Storage

/// The projector against real files and a journal in memory.
@Suite(.timeLimit(.minutes(1))) struct ProjectionTests {
    let folder: TemporaryFolder
    let log = MemoryLog()

    init() throws { folder = try TemporaryFolder() }

    /// Runs a projector over the folder until `body` is done, then stops it and closes the files: a clean end.
    private func projecting<Result>(
        _ options: Projector.Options = quick, _ body: (Projector, Reader) async throws -> Result
    ) async throws -> Result {
        let database = try EventDatabase.open(folder: folder.path)
        let projector = Projector(log: log, database: database, time: RealTime(), options: options)
        let running = Task { await projector.run() }
        defer { database.close() }
        let result: Result
        do {
            result = try await body(projector, Reader(store: database.messages(time: RealTime())))
        } catch {
            running.cancel()
            await running.value
            throw error
        }
        running.cancel()
        await running.value
        return result
    }

    private static var quick: Projector.Options {
        var options = Projector.Options()
        options.retryDelay = .milliseconds(5)
        options.checkpointInterval = .milliseconds(20)
        options.patience = .seconds(20)
        return options
    }

    @Test func `A message goes through its life and every step can be read`() async throws {
        try await projecting { (projector, store) async throws in
            let id = Samples.id(1)
            log.append(id, tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
            await projector.catchUp()
            var view = try #require(try await store.message(id, of: Samples.tenant))
            #expect(view.status == .queued)
            #expect(view.from == "shop@example.com")
            #expect(view.to == ["ann@example.org"])
            #expect(view.tags == ["order", "a \"quoted\" one"])
            #expect(view.metadata.map(\.key) == ["order", "note"])
            #expect(view.metadata.map(\.value) == ["4711", "line\nend"])
            #expect(view.deliveries.map(\.recipient) == ["ann@example.org"])

            let later = Samples.noon + .seconds(300)
            log.append(
                id, tenant: Samples.tenant, at: Samples.noon + .seconds(1),
                Samples.attempt(0, .deferred(.remoteReply), code: 451, nextAttempt: later))
            await projector.catchUp()
            view = try #require(try await store.message(id, of: Samples.tenant))
            #expect(view.status == .queued)
            #expect(view.deliveries[0].status == .deferred)
            #expect(view.deliveries[0].nextAttempt == later)
            #expect(view.deliveries[0].lastReply == "451 said so")
            #expect(try await store.queueSummary().map(\.destination) == ["example.org"])
            #expect(try await store.queueSummary().map(\.deferred) == [1])

            log.append(id, tenant: Samples.tenant, at: later, Samples.attempt(0, .delivered, number: 2))
            await projector.catchUp()
            view = try #require(try await store.message(id, of: Samples.tenant))
            #expect(view.status == .delivered)
            #expect(view.deliveredAt == later)
            #expect(view.sentAt == later)
            #expect(view.deliveries[0].attempts == 2)
            #expect(view.deliveries[0].nextAttempt == nil)
            #expect(try await store.queueSummary().isEmpty)

            let events = try await store.events(of: id, tenant: Samples.tenant)
            #expect(events.map(\.type) == ["queued", "deferred", "sent", "delivered"])
            #expect(events.map(\.offset) == [0, 100, 200, 200])
            #expect(Set(events.map(\.id)).count == 4)
            #expect(try await store.events(of: id, tenant: Samples.tenant).map(\.id) == events.map(\.id))
            #expect(events[1].detail.contains(#""next_attempt_at":"2026-01-15T12:05:00Z""#))
            #expect(events[3].detail.contains(#""mx":"mx.example.org""#))
        }
    }

    @Test func `Nobody sees another tenant's message`() async throws {
        try await projecting { (projector, store) async throws in
            let id = Samples.id(1)
            log.append(id, tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
            log.append(id, tenant: Samples.tenant, at: Samples.noon, Samples.attempt(0, .delivered))
            await projector.catchUp()
            #expect(try await store.message(id, of: Samples.other) == nil)
            #expect(try await store.events(of: id, tenant: Samples.other).isEmpty)
            #expect(try await store.messages(of: Samples.other, matching: MessageFilter()).total == 0)
        }
    }

    @Test func `Recipients, a bounce and a cancellation are told with their addresses`() async throws {
        try await projecting { (projector, store) async throws in
            let id = Samples.id(1)
            let facts = Samples.facts(to: ["r0@example.org", "r1@example.org", "r2@example.net"])
            log.append(id, tenant: Samples.tenant, at: Samples.noon, .queued(facts))
            log.append(
                id, tenant: Samples.tenant, at: Samples.noon,
                Samples.attempt(1, .bounced(.remoteReply), code: 550, enhanced: EnhancedStatus(5, 1, 1)))
            await projector.catchUp()
            log.append(id, tenant: Samples.tenant, at: Samples.noon, .cancelled(recipients: [0, 2, 9]))
            await projector.catchUp()
            let view = try #require(try await store.message(id, of: Samples.tenant))
            #expect(view.deliveries.map(\.status) == [.cancelled, .bounced, .cancelled])
            #expect(view.status == .bounced)
            let events = try await store.events(of: id, tenant: Samples.tenant)
            #expect(events.map(\.type) == ["queued", "bounced", "cancelled"])
            #expect(events[1].detail.hasPrefix(#"{"recipient":"r1@example.org","class":"hard","category":"#))
            #expect(events[1].detail.contains(#""category":"user_unknown","reason":"remote_reply""#))
            #expect(events[1].detail.contains(#""smtp_code":550,"enhanced_code":"5.1.1""#))
            #expect(events[2].detail == #"{"recipients":["r0@example.org","r2@example.net"]}"#)
        }
    }

    @Test func `What an operator gave up is shown as bounced, with his words`() async throws {
        try await projecting { (projector, store) async throws in
            let id = Samples.id(1)
            let facts = Samples.facts(to: ["r0@example.org", "r1@example.org", "r2@example.net"])
            log.append(id, tenant: Samples.tenant, at: Samples.noon, .queued(facts))
            log.append(id, tenant: Samples.tenant, at: Samples.noon, Samples.attempt(1, .delivered))
            await projector.catchUp()
            let later = Samples.noon + .seconds(5)
            log.append(
                id, tenant: Samples.tenant, at: later,
                .bouncedByOperator(recipients: [0, 1, 2, 9], by: "key \"ops\"", reason: "wrong list"))
            log.append(
                id, tenant: Samples.tenant, at: later + .seconds(5),
                .bouncedByOperator(recipients: [0], by: "twice", reason: ""))
            await projector.catchUp()
            let view = try #require(try await store.message(id, of: Samples.tenant))
            // What was delivered stays delivered.
            #expect(view.deliveries.map(\.status) == [.bounced, .delivered, .bounced])
            #expect(view.deliveries[0].lastReply == "an operator gave it up: wrong list")
            #expect(view.bouncedAt == later)
            #expect(view.status == .delivered)
            let events = try await store.events(of: id, tenant: Samples.tenant)
            #expect(events.map(\.type) == ["queued", "sent", "delivered", "bounced", "bounced"])
            #expect(
                events[3].detail == #"""
                    {"recipients":["r0@example.org","r1@example.org","r2@example.net"],"class":"undetermined",\#
                    "category":"undetermined","reason":"operator",\#
                    "diagnostic":"an operator gave it up: wrong list","by":"key \"ops\""}
                    """#)
            #expect(events[4].detail.contains(#""diagnostic":"an operator gave it up","by":"twice""#))
        }
    }

    @Test func `A message that an operator gave up before anything was tried is bounced`() async throws {
        try await projecting { (projector, store) async throws in
            let facts = Samples.facts(notBefore: Samples.noon + .seconds(86_400 * 365))
            log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, .queued(facts))
            log.append(
                Samples.id(1), tenant: Samples.tenant, at: Samples.noon,
                .bouncedByOperator(recipients: [0], by: "", reason: ""))
            // Of a message that nobody knows.
            log.append(
                Samples.id(2), tenant: Samples.tenant, at: Samples.noon,
                .bouncedByOperator(recipients: [0], by: "", reason: ""))
            await projector.catchUp()
            let view = try #require(try await store.message(Samples.id(1), of: Samples.tenant))
            #expect(view.status == .bounced)
            #expect(view.deliveries[0].lastReply == "an operator gave it up")
            #expect(try await store.messages(of: Samples.tenant, matching: MessageFilter()).total == 1)
        }
    }

    @Test func `Every event counts once over restarts, in batches of every size`() async throws {
        let count = 60
        for number in 0..<count {
            let time = Samples.noon + .milliseconds(number)
            log.append(Samples.id(number), tenant: Samples.tenant, at: time, .queued(Samples.facts()))
            if number % 3 != 2 {
                log.append(Samples.id(number), tenant: Samples.tenant, at: time, Samples.attempt(0, .delivered))
            }
        }
        let end = log.end
        for size in [1, 7, 16, 64] {
            var options = Self.quick
            options.batch = size
            // Stops somewhere on the way, wherever the task happens to be.
            try await projecting(options) { (projector, _) async throws in
                _ = await projector.caughtUp(to: min(end, UInt64(size) * 500))
            }
        }
        try await projecting { (projector, store) async throws in
            await projector.catchUp()
            #expect(projector.position == end)
            let all = try await store.messages(of: Samples.tenant, matching: MessageFilter(limit: 100))
            #expect(all.total == count)
            #expect(all.messages.map(\.id) == (0..<count).reversed().map(Samples.id))
            let delivered = try await store.messages(
                of: Samples.tenant, matching: MessageFilter(status: .delivered, limit: 100))
            #expect(delivered.total == 40)
            #expect(delivered.messages.count == 40)
        }
    }

    @Test func `A crash between events and place leaves neither or both`() async throws {
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, Samples.attempt(0, .delivered))
        let (events, next) = try await log.read(from: 0, limit: 10)
        struct Crash: Error {}
        let database = try EventDatabase.open(folder: folder.path)
        // The whole batch is written, its place too, and the process dies before the commit.
        await #expect(throws: Crash.self) {
            try await database.pool.write { db in
                var batch = try ProjectionBatch(db)
                try batch.write(events, next: next)
                throw Crash()
            }
        }
        let rows = try await database.pool.read { db in
            try Int.fetchOne(db, sql: "SELECT (SELECT COUNT(*) FROM messages) + (SELECT COUNT(*) FROM projections)")
        }
        #expect(rows == 0)
        database.close()
        try await projecting { (projector, store) async throws in
            await projector.catchUp()
            #expect(try await store.messages(of: Samples.tenant, matching: MessageFilter()).total == 1)
            #expect(try await store.message(Samples.id(1), of: Samples.tenant)?.status == .delivered)
        }
    }

    @Test func `A projection that starts over changes nothing`() async throws {
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, Samples.attempt(0, .delivered))
        let first = try await projecting { (projector, store) async throws in
            await projector.catchUp()
            return try await store.events(of: Samples.id(1), tenant: Samples.tenant).map(\.id)
        }
        let database = try EventDatabase.open(folder: folder.path)
        try await database.pool.write { try $0.execute(sql: "DELETE FROM projections") }
        database.close()
        try await projecting { (projector, store) async throws in
            await projector.catchUp()
            #expect(try await store.messages(of: Samples.tenant, matching: MessageFilter()).total == 1)
            #expect(try await store.message(Samples.id(1), of: Samples.tenant)?.status == .delivered)
            #expect(try await store.events(of: Samples.id(1), tenant: Samples.tenant).map(\.id) == first)
        }
    }

    @Test func `Events of a message that the journal has forgotten do no harm`() async throws {
        log.append(Samples.id(9), tenant: Samples.tenant, at: Samples.noon, Samples.attempt(0, .delivered))
        log.append(Samples.id(9), tenant: Samples.tenant, at: Samples.noon, .cancelled(recipients: [0]))
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, Samples.attempt(77, .delivered))
        try await projecting { (projector, store) async throws in
            await projector.catchUp()
            #expect(try await store.messages(of: Samples.tenant, matching: MessageFilter()).total == 1)
            #expect(try await store.message(Samples.id(1), of: Samples.tenant)?.status == .queued)
        }
    }

    @Test func `A reader sees what was durable before it asked`() async throws {
        try await projecting { (projector, store) async throws in
            for number in 0..<200 {
                log.append(
                    Samples.id(number), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
                await projector.catchUp()
                #expect(try await store.message(Samples.id(number), of: Samples.tenant) != nil)
            }
        }
    }

    @Test func `A reader ends the projector's pause`() async throws {
        var options = Self.quick
        options.pace = .seconds(3_600)
        try await projecting(options) { (projector, store) async throws in
            for number in 0..<20 {
                log.append(Samples.id(number), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
                await projector.catchUp()
                #expect(try await store.message(Samples.id(number), of: Samples.tenant) != nil)
            }
        }
    }

    @Test func `The wait is bounded when the projection is behind`() async throws {
        log.fail(with: .unreadable(errno: 5))
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
        var options = Self.quick
        options.patience = .milliseconds(30)
        try await projecting(options) { (projector, store) async throws in
            #expect(await projector.caughtUp(to: log.end) == false)
            while projector.trouble == nil { await Task.yield() }
            #expect(try await store.message(Samples.id(1), of: Samples.tenant) == nil)
            log.fail(with: nil)
            while projector.position != log.end { await projector.catchUp() }
            #expect(try await store.message(Samples.id(1), of: Samples.tenant) != nil)
        }
    }

    @Test func `The journal is told only what a checkpoint has synced`() async throws {
        var options = Self.quick
        options.checkpointInterval = .seconds(3_600)
        options.consumer = "here"
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
        try await projecting(options) { (projector, _) async throws in
            await projector.catchUp()
            #expect(projector.position == log.end)
            // It is known to the journal, which keeps everything for it.
            #expect(log.acknowledged("here") == 0)
        }
        // The projector's last act.
        #expect(log.acknowledged("here") == log.end)
    }

    @Test func `An idle projector checkpoints without being asked`() async throws {
        log.append(Samples.id(1), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
        try await projecting { (projector, _) async throws in
            await projector.catchUp()
            while log.acknowledged("messages") != log.end { await Task.yield() }
            let reads = log.reads
            for _ in 0..<1_000 { await Task.yield() }
            // It waits and does not spin.
            #expect(log.reads <= reads + 2)
        }
    }

    @Test func `A journal that was replaced is read from its beginning`() async throws {
        for number in 0..<5 {
            log.append(Samples.id(number), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
        }
        try await projecting { (projector, _) async throws in await projector.catchUp() }
        let fresh = MemoryLog()
        fresh.append(Samples.id(100), tenant: Samples.tenant, at: Samples.noon, .queued(Samples.facts()))
        let database = try EventDatabase.open(folder: folder.path)
        let projector = Projector(log: fresh, database: database, time: RealTime(), options: Self.quick)
        let running = Task { await projector.run() }
        // Its place is known after the first look; before that nothing counts as caught up.
        while projector.position != fresh.end { await projector.catchUp() }
        let found = try await database.messages(time: RealTime()).message(Samples.id(100), of: Samples.tenant)
        #expect(found != nil)
        running.cancel()
        await running.value
        database.close()
    }
}
