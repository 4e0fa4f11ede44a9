package import Mail
import Synchronization

/// What an operator can do to the queue.
extension DeliveryQueue: QueueDesk {
    package func holds() async -> [Hold] { control.holds }

    /// A site need not have mail: one whose name is well formed may be suspended before the first message for it comes.
    package func suspend(
        _ scope: Hold.Scope, until: WallTime?, by: String, reason: String
    ) async throws(ControlFailure) -> Hold {
        try mayGoOn()
        if let source = scope.source, !scheduling.withLock({ $0.egress.source(named: source) != nil }) {
            throw .unknownSource(source)
        }
        if let site = scope.site, !Self.isSiteName(site), await !knows(site: site) { throw .unknownSite(site) }
        let hold = try await control.suspend(scope, until: until, by: by, reason: reason)
        await tellShards()
        return hold
    }

    package func resume(_ scope: Hold.Scope) async throws(ControlFailure) -> [Hold] {
        try mayGoOn()
        let ended = try await control.resume(scope)
        await tellShards()
        let shaping = scheduling.withLock { $0.shaping }
        for hold in ended { shaping?.lifted(hold.id) }
        return ended
    }

    package func resume(hold id: UUIDv7) async throws(ControlFailure) -> Hold {
        try mayGoOn()
        let ended = try await control.resume(hold: id)
        await tellShards()
        scheduling.withLock { $0.shaping }?.lifted(ended.id)
        return ended
    }

    package func flush(_ selector: QueueSelector) async throws(ControlFailure) -> VerbResult {
        try await perform(.flush, selector)
    }

    package func cancel(_ selector: QueueSelector) async throws(ControlFailure) -> VerbResult {
        try await perform(.remove, selector) { removed, at in
            .cancelled(
                message: removed.id, number: removed.number, tenant: removed.tenant, at: at,
                recipients: removed.recipients)
        }
    }

    package func bounce(
        _ selector: QueueSelector, by: String, reason: String
    ) async throws(ControlFailure) -> VerbResult {
        // Cut here once instead of a million times.
        let name = by.clipped(toBytes: NoteCodec.nameLimit)
        let words = reason.clipped(toBytes: NoteCodec.wordsLimit)
        return try await perform(.remove, selector) { removed, at in
            .bounced(
                message: removed.id, number: removed.number, tenant: removed.tenant, at: at,
                recipients: removed.recipients, by: name, reason: words)
        }
    }

    /// A message moves with all its deliveries, also where the selector means only some of them: it is counted and held
    /// as one. With `andLater` the re-route is about what is accepted later, too; otherwise it ends with the last
    /// message that was there.
    package func reroute(_ selector: QueueSelector, to pool: String?) async throws(ControlFailure) -> VerbResult {
        try await check(selector)
        if let pool, !scheduling.withLock({ $0.egress.pool(named: pool) != nil }) { throw .unknownPool(pool) }
        let wall = time.wall
        // Durable first. Should the process end before it is carried out, the next one does so.
        try await control.add(
            StandingRoute(
                id: UUIDv7(at: wall), selector: selector, pool: pool, upTo: selector.andLater ? nil : last, since: wall)
        )
        return try await perform(.reroute(pool), selector)
    }

    // MARK: How

    private func perform(
        _ verb: SelectVerb, _ selector: QueueSelector,
        note: @escaping @Sendable (Removed, WallTime) -> JournalNote = { _, _ in preconditionFailure("nothing leaves") }
    ) async throws(ControlFailure) -> VerbResult {
        try await check(selector)
        if verb == .remove, !spool.isHealthy { throw .storage }
        await verbs.take()
        defer { verbs.giveBack() }
        let upTo = last
        var sum = VerbResult()
        // What is routed while this goes on, or handed to another shard, may be where nobody looks any more.
        for _ in 0..<(verb == .flush ? 1 : Self.passes) {
            let pass = try await pass(verb, selector, upTo: upTo, note: note)
            sum.deliveries += pass.deliveries
            sum.messages += pass.messages
            sum.underWay = pass.underWay
            if pass.deliveries == 0 { break }
        }
        return sum
    }

    private static var passes: Int { 4 }

    private func pass(
        _ verb: SelectVerb, _ selector: QueueSelector, upTo: UInt64,
        note: @escaping @Sendable (Removed, WallTime) -> JournalNote
    ) async throws(ControlFailure) -> VerbResult {
        let parts = await withTaskGroup(of: (result: VerbResult, isDurable: Bool).self) { group in
            for shard in running {
                group.addTask { await shard.perform(verb, selector, upTo: upTo, note: note) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var sum = VerbResult()
        for part in parts { sum += part.result }
        guard parts.allSatisfy(\.isDurable) else { throw sum.deliveries > 0 ? .brokenOff : .storage }
        return sum
    }

    private func check(_ selector: QueueSelector) async throws(ControlFailure) {
        try mayGoOn()
        if selector.isEmpty { throw .selectsNothing }
        if let pool = selector.pool, !scheduling.withLock({ $0.egress.pool(named: pool) != nil }) {
            throw .unknownPool(pool)
        }
        if let site = selector.site, await !knows(site: site) { throw .unknownSite(site) }
    }

    private func mayGoOn() throws(ControlFailure) {
        if running.isEmpty || isDraining.load(ordering: .relaxed) { throw .shuttingDown }
    }

    private func tellShards() async {
        for shard in running { await shard.lookAtOrders() }
    }

    /// It has mail, or is held.
    private func knows(site name: String) async -> Bool {
        if control.isHeld(site: name) { return true }
        for shard in running where await shard.knows(site: name) { return true }
        return false
    }

    /// `exit:rest`, as routers name sites: `direct:@google`, `direct:mx.example.net`, or the name of an exit all of
    /// whose mail shares one site. What an exit is, the queue does not know; so a name that nothing ever matches is
    /// taken, too.
    static func isSiteName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 1_024 && name.utf8.allSatisfy { (0x21...0x7E).contains($0) || $0 >= 0x80 }
            && !name.hasPrefix(":") && !name.hasSuffix(":")
    }
}
