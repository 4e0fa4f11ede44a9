import Loop
import Mail
import MartletTesting
import Testing

@testable import Queue

/// What an operator does to a whole queue, and what is left of it after a restart.
@Suite(.timeLimit(.minutes(1))) struct QueueDeskTests {
    let store = MemoryStateStore()
    let spool = MemorySpool()
    let other = UUIDv7(high: 0x7000, low: 0x8000_0000_0000_0002)

    func engine(
        shards: Int = 2, answer: (@Sendable (DeliveryBatch, VirtualTime) async -> [Outcome])? = nil
    ) -> Engine {
        Engine(shards: shards, spool: spool, state: store, answer: answer) { $0.scheduler.egress = Self.egress }
    }

    static var egress: EgressTable {
        (try? EgressTable(
            sources: [EgressSource(name: "one"), EgressSource(name: "two")],
            pools: [
                SourcePool(name: "main", members: [.init(source: 0)]),
                SourcePool(name: "spare", members: [.init(source: 1)]),
            ], rules: [PoolRule(pool: "main")])) ?? .none
    }

    static let busy: @Sendable (DeliveryBatch, VirtualTime) async -> [Outcome] = { batch, _ in
        batch.envelope.recipients.map { _ in Sample.greylisted }
    }

    func selector(_ change: (inout QueueSelector) -> Void) -> QueueSelector {
        var selector = QueueSelector()
        change(&selector)
        return selector
    }

    /// The queue's messages as the journal would find them after a restart.
    func recovered() -> [RecoveredMessage] {
        var finished: Set<DeliveryID> = []
        for note in spool.notes {
            for effect in note.effects where effect.state.isFinished {
                finished.insert(DeliveryID(message: Self.message(of: note), recipient: effect.recipient))
            }
        }
        return spool.numbered.compactMap { number, message in
            let pending = message.facts.envelope.recipients.indices.filter {
                !finished.contains(DeliveryID(message: message.id, recipient: UInt32($0)))
            }
            if pending.isEmpty { return nil }
            return RecoveredMessage(
                number: number, id: message.id, tenant: message.tenant, at: message.at, stream: message.facts.stream,
                isTest: false, notBefore: nil, campaign: message.facts.campaign,
                pending: pending.map {
                    PendingRecipient(
                        recipient: UInt32($0), domain: message.facts.envelope.recipients[$0].mailbox.domain)
                }, size: message.facts.size)
        }
    }

    static func message(of note: JournalNote) -> UUIDv7 {
        switch note {
        case .attempted(let id, _, _, _, _), .cancelled(let id, _, _, _, _), .bounced(let id, _, _, _, _, _, _): id
        }
    }

    @Test func `a suspended site sends nothing until it is resumed, over a restart, too`() async throws {
        let engine = engine()
        try await engine.loop.run { _ in
            await engine.start()
            let hold = try await engine.queue.suspend(
                .site("site-a"), until: engine.time.wall + .seconds(100), by: "key ops", reason: "complaints")
            try await engine.send(to: "one@a.test", "two@b.test")
            try await engine.time.sleep(for: .seconds(10))
            #expect(engine.transport.carried.map(\.lane.site) == ["site-b"])
            let id = spool.messages[0].id
            #expect(await engine.queue.explanations(of: id).map(\.reason) == [.held(hold)])
            #expect(await engine.queue.summary().holds == [hold])
            let detail = try #require(await engine.queue.site(named: "site-a"))
            #expect(detail.holds == [hold] && detail.transactional == 1 && detail.view.ready == 1)
            #expect(detail.tenants == [TenantLine(tenant: Sample.tenant, transactional: 1, broadcast: 0)])
            #expect(await engine.queue.sites(limit: 10).map(\.view.name) == ["site-a"])
        }
        let second = self.engine()
        try await second.loop.run { _ in
            await second.start(recovered: recovered())
            try await second.time.sleep(for: .seconds(50))
            #expect(second.transport.carried.isEmpty)
            try await second.time.sleep(for: .seconds(60))
            // The wall clock of the second life began where that of the first did: the whole time is over again.
            #expect(second.transport.carried.map(\.lane.site) == ["site-a"])
            #expect(await second.queue.holds().isEmpty)
        }
    }

    @Test func `a site whose mail only waits for its next attempt is among the sites, in the order of all it has`()
        async throws
    {
        let engine = engine(answer: Self.busy)
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test", "two@b.test")
            try await engine.send(to: "three@b.test")
            try await engine.time.sleep(for: .seconds(10))
            let sites = await engine.queue.sites(limit: 10)
            #expect(sites.map(\.view.name) == ["site-b", "site-a"])
            #expect(sites.map(\.waiting) == [2, 1] && sites.allSatisfy { $0.view.ready + $0.view.carried == 0 })
            #expect(await engine.queue.sites(limit: 1).map(\.view.name) == ["site-b"])
        }
    }

    @Test func `what is under way when it is bounced leaves for that reason when it is put off`() async throws {
        let engine = engine { batch, time in
            do { try await time.sleep(for: .seconds(60)) } catch { return [] }
            return await Self.busy(batch, time)
        }
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test", "two@b.test")
            try await engine.time.sleep(for: .seconds(10))
            let chosen = selector { $0.destination = Domain(canonical: "a.test") }
            #expect(try await engine.queue.bounce(chosen, by: "ops", reason: "closed").underWay == 1)
            let all = selector { $0.tenant = Sample.tenant }
            #expect(try await engine.queue.cancel(all).deliveries == 0)
            try await engine.time.sleep(for: .seconds(100))
            var left: [String] = []
            for note in spool.notes {
                switch note {
                case .bounced(_, _, _, _, let recipients, let by, let reason):
                    left.append("\(recipients) \(by) \(reason)")
                case .cancelled(_, _, _, _, let recipients): left.append("\(recipients) cancelled")
                case .attempted: left.append("attempted")
                }
            }
            // The later verb has the last word about both.
            #expect(left.sorted() == ["[0] cancelled", "[1] cancelled"])
            try await engine.send(to: "three@a.test")
            try await engine.time.sleep(for: .seconds(10))
            #expect(try await engine.queue.bounce(chosen, by: "ops", reason: "closed").underWay == 1)
            try await engine.time.sleep(for: .seconds(100))
            guard case .bounced(_, _, _, _, [0], "ops", "closed")? = spool.notes.last else {
                Issue.record("\(String(describing: spool.notes.last))")
                return
            }
        }
    }

    @Test func `what a reload takes the source from while it is being signed leaves from another one`() async throws {
        let engine = engine()
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test")
            // Signing takes ten.
            try await engine.time.sleep(for: .milliseconds(5))
            var options = engine.queue.options.scheduler
            options.egress = try EgressTable(
                sources: [EgressSource(name: "new")], pools: [SourcePool(name: "main", members: [.init(source: 0)])],
                rules: [PoolRule(pool: "main")])
            await engine.queue.replace(options)
            #expect(engine.transport.carried.isEmpty)
            try await engine.time.sleep(for: .seconds(10))
            #expect(engine.transport.carried.map(\.batch.source?.name) == ["new"])
        }
    }

    @Test func `a tenant, a source or a campaign rests while others go on, and resume lets it out at once`()
        async throws
    {
        let engine = engine()
        try await engine.loop.run { _ in
            await engine.start()
            _ = try await engine.queue.suspend(.tenant(other), until: nil, by: "ops", reason: "")
            try await engine.send(to: "one@a.test") { $0.tenant = other }
            try await engine.send(to: "two@a.test")
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.count == 1)
            #expect(try await engine.queue.resume(.tenant(other)).count == 1)
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.count == 2)
            let hold = try await engine.queue.suspend(.source("one"), until: nil, by: "ops", reason: "listed")
            try await engine.send(to: "three@a.test")
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.count == 2)
            let sources = await engine.queue.summary().sources
            #expect(sources.map(\.name) == ["one", "two"])
            #expect(sources[0].trouble == "suspended by ops: listed" && sources[0].delivered == 2)
            // To the other pool, whose source is well.
            #expect(try await engine.queue.reroute(selector { $0.everything = true }, to: "spare").deliveries == 1)
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.last?.batch.source?.name == "two")
            #expect(try await engine.queue.resume(hold: hold.id) == hold)
        }
    }

    @Test func `names that nobody knows are refused by name`() async throws {
        let engine = engine()
        try await engine.loop.run { _ in
            await #expect(throws: ControlFailure.shuttingDown) {
                try await engine.queue.flush(selector { $0.everything = true })
            }
            await engine.start()
            await #expect(throws: ControlFailure.selectsNothing) { try await engine.queue.flush(QueueSelector()) }
            await #expect(throws: ControlFailure.unknownSite("nowhere")) {
                try await engine.queue.flush(selector { $0.site = "nowhere" })
            }
            await #expect(throws: ControlFailure.unknownPool("no")) {
                try await engine.queue.reroute(selector { $0.everything = true }, to: "no")
            }
            await #expect(throws: ControlFailure.unknownPool("no")) {
                try await engine.queue.cancel(selector { $0.pool = "no" })
            }
            await #expect(throws: ControlFailure.unknownSource("no")) {
                try await engine.queue.suspend(.source("no"), until: nil, by: "", reason: "")
            }
            for name in ["", "a b", "new\nline", ":x", "x:"] {
                await #expect(throws: ControlFailure.unknownSite(name)) {
                    try await engine.queue.suspend(.site(name), until: nil, by: "", reason: "")
                }
            }
            await #expect(throws: ControlFailure.unknownHold) { try await engine.queue.resume(hold: Sample.id(1)) }
            await #expect(throws: ControlFailure.alreadyOver) {
                try await engine.queue.suspend(.site("direct:@x"), until: engine.time.wall, by: "", reason: "")
            }
            _ = await engine.queue.drain(deadline: engine.time.now + .seconds(1))
            await #expect(throws: ControlFailure.shuttingDown) {
                try await engine.queue.suspend(.site("s"), until: nil, by: "", reason: "")
            }
        }
    }

    @Test func `a bounce is written down with the operator's words, and nobody gets a notice`() async throws {
        let engine = engine(shards: 1, answer: Self.busy)
        try await engine.loop.run { _ in
            await engine.start()
            for _ in 0..<5 { try await engine.send(to: "one@a.test", "two@b.test", "three@c.test") }
            try await engine.send(to: "four@a.test") { $0.tenant = other }
            try await engine.time.sleep(for: .seconds(5))
            let result = try await engine.queue.bounce(
                selector {
                    $0.tenant = Sample.tenant
                    $0.destination = Domain(canonical: "a.test")
                }, by: "key ops", reason: "bought list")
            #expect(result.deliveries == 5 && result.messages == 5 && result.underWay == 0)
            let bounced = spool.notes.compactMap { note -> String? in
                guard case .bounced(_, _, Sample.tenant, _, [0], let by, let reason) = note else { return nil }
                return "\(by): \(reason)"
            }
            #expect(bounced == [String](repeating: "key ops: bought list", count: 5))
            #expect(await engine.queue.snapshot().counts.deliveries == 11)
            #expect(spool.messages.count == 6)
            let all = try await engine.queue.cancel(selector { $0.everything = true })
            #expect(all.deliveries == 11 && all.messages == 6)
            #expect(await engine.queue.summary().counts.deliveries == 0)
            #expect(recovered().isEmpty)
        }
    }

    @Test func `flush makes what waits due, and ends the site's back-off`() async throws {
        let engine = engine { batch, _ in
            batch.envelope.recipients.map { _ in batch.attempt == 1 ? Sample.greylisted : Sample.delivered }
        }
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test", "two@b.test")
            try await engine.time.sleep(for: .seconds(5))
            #expect(await engine.queue.snapshot().counts.waiting == 2)
            let result = try await engine.queue.flush(selector { $0.site = "site-a" })
            #expect(result.deliveries == 1 && result.messages == 1)
            try await engine.time.sleep(for: .seconds(5))
            #expect(await engine.queue.snapshot().counts.waiting == 1)
            #expect(engine.transport.carried.count == 3)
        }
    }

    static func sources(_ engine: Engine) -> [String: String] {
        var sources: [String: String] = [:]
        for carried in engine.transport.carried {
            sources[carried.batch.envelope.recipients[0].mailbox.localPart] = carried.batch.source?.name
        }
        return sources
    }

    @Test func `a re-route outlives a restart, for what was there and, where it says so, for what comes`() async throws
    {
        let engine = engine(answer: Self.busy)
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test")
            try await engine.send(to: "two@b.test") { $0.tenant = other }
            try await engine.time.sleep(for: .seconds(5))
            #expect(try await engine.queue.reroute(selector { $0.site = "site-a" }, to: "spare").deliveries == 1)
            #expect(
                try await engine.queue.reroute(
                    selector {
                        $0.tenant = other
                        $0.andLater = true
                    }, to: "spare"
                ).messages == 1)
            try await engine.send(to: "three@a.test")
            try await engine.send(to: "four@a.test") { $0.tenant = other }
            try await engine.time.sleep(for: .seconds(5))
        }
        #expect(Self.sources(engine) == ["one": "one", "two": "one", "three": "one", "four": "two"])
        let second = self.engine()
        try await second.loop.run { _ in
            await second.start(recovered: recovered())
            try await second.time.sleep(for: .seconds(5))
            #expect(Self.sources(second) == ["one": "two", "two": "two", "three": "one", "four": "two"])
        }
        // Nothing is left of the messages that the first one was about; the other stands.
        let third = self.engine()
        try await third.loop.run { _ in
            await third.start(recovered: recovered())
            #expect(third.queue.control.routes.routes.map(\.selector.tenant) == [other])
        }
    }

    @Test func `with a journal that cannot be written nothing is given up`() async throws {
        let engine = engine(answer: Self.busy)
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test")
            try await engine.time.sleep(for: .seconds(5))
            spool.isHealthy = false
            await #expect(throws: ControlFailure.storage) {
                try await engine.queue.bounce(selector { $0.everything = true }, by: "", reason: "")
            }
            #expect(await engine.queue.snapshot().counts.deliveries == 1)
            spool.isHealthy = true
            store.failure = .unavailable("full")
            await #expect(throws: ControlFailure.storage) {
                try await engine.queue.suspend(.site("site-a"), until: nil, by: "", reason: "")
            }
            #expect(await engine.queue.holds().isEmpty)
        }
    }

    @Test(arguments: [1, 2])
    func `a bounce that the disk stops half way has each delivery either in the queue or written down`(
        failing: Int
    ) async throws {
        let engine = engine(shards: 1, answer: Self.busy)
        try await engine.loop.run { _ in
            await engine.start()
            _ = try await engine.queue.suspend(.tenant(Sample.tenant), until: nil, by: "", reason: "")
            for number in 0..<5_000 { try await engine.send(to: "u\(number)@a.test") }
            spool.failingCommit = failing
            await #expect(throws: ControlFailure.brokenOff) {
                try await engine.queue.bounce(selector { $0.everything = true }, by: "", reason: "")
            }
            let left = recovered()
            let counts = await engine.queue.snapshot().counts
            #expect(spool.notes.count + counts.deliveries == 5_000 && counts.deliveries == left.count)
            #expect(counts.deliveries == (failing == 1 ? 905 : 0))
            for message in left { #expect(await engine.queue.explanations(of: message.id).count == 1) }
            spool.failingCommit = 0
            spool.isHealthy = true
            let rest = try await engine.queue.bounce(selector { $0.everything = true }, by: "", reason: "")
            #expect(rest.deliveries == left.count)
            #expect(recovered().isEmpty && Set(spool.notes.map(Self.message(of:))).count == 5_000)
        }
    }

    @Test func `what a rule sets in one shard holds in the others, and after a restart`() async throws {
        let engine = engine()
        try await engine.loop.run { _ in
            await engine.start()
            let hold = Hold(
                id: Sample.id(1), scope: .source("one"), cause: .rule(name: "r", reply: "421 listed"),
                since: engine.time.wall, until: engine.time.wall + .seconds(50))
            let shards = engine.queue.running
            await shards[0].setForTest(.hold(hold))
            for site in ["a.test", "b.test"] { try await engine.send(to: "x@\(site)") }
            try await engine.time.sleep(for: .seconds(10))
            #expect(engine.transport.carried.isEmpty)
            // It is saved beside the loop, in its own time.
            while !engine.queue.control.isSaved { await Task.yield() }
            #expect(store.values("holds").count == 1)
            try await engine.time.sleep(for: .seconds(41))
            #expect(engine.transport.carried.count == 2)
        }
    }
}

extension Shard {
    /// As if a rule had set it when a batch came back.
    fileprivate func setForTest(_ directive: ShapingDirective) {
        scheduler.directives.append(directive)
        shareDirectives()
        lookAtOrders()
    }
}
