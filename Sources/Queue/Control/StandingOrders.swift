import Logging
import Mail
import Synchronization

/// Where suspensions, temporary limits and re-routes are decided, kept and handed to the shards.
///
/// An operator's order is durable before anything else happens. What a rule has set holds in its own shard already, and
/// the others hear of it at once; it is saved in the background. Wall times become points on the monotonic clock here,
/// once: whoever sets the clock ends nothing early. Over a restart the wall clock is all there is; then a hold lasts at
/// most as long as it was made for, however far the clock was set back.
final class StandingOrders: Sendable {
    struct LimitKey: Hashable {
        var rule: String
        var key: MeterKey

        var name: String { "\(key.scope.rawValue)\n\(key.name)\n\(key.source)\n\(rule)" }
    }

    struct State {
        var holds = HoldBook()
        var limits: [LimitKey: (limit: TemporaryLimit, until: MonotonicInstant)] = [:]
        var routes = RouteBook()
        /// What each shard has not obeyed yet.
        var orders: [[ControlOrder]] = []
        var hasComplained = false
        var tidings = RuleTidings()

        /// What takes the place of its former self needs none. Whoever owns a zone can make as many sites as they like and
        /// have a rule fire at each, so a part of the room is for sources and for the sites of providers.
        func hasRoom(for directive: ShapingDirective) -> Bool {
            let used = holds.entries.count + limits.count
            if used < directive.roomOfRules { return true }
            switch directive {
            case .hold(let hold): return holds.entries[hold.id] != nil
            case .limit(let limit): return limits[LimitKey(rule: limit.rule, key: limit.key)] != nil
            }
        }
    }

    /// Rules may set so many holds and limits at once; what is more holds in no shard but its own, if at all.
    static let ruleLimit = 10_000
    /// What ends later than this does so when it is resumed.
    private static let longest = Duration.seconds(100 * 366 * 86_400)

    let writer: StateWriter
    let time: any TimeSource
    let logger: Logger
    let state: Mutex<State>
    /// Some re-routes stand: asked for every message, so it must cost nothing.
    let hasRoutes = Atomic(false)

    init(store: (any QueueStateStore)?, shards: Int, time: any TimeSource, logger: Logger) {
        writer = StateWriter(store: store, time: time, logger: logger)
        self.time = time
        self.logger = logger
        var state = State()
        state.orders = Array(repeating: [], count: shards)
        self.state = Mutex(state)
    }

    // MARK: For the shards

    /// What a shard has to obey, in order.
    func takeOrders(of shard: Int) -> [ControlOrder] {
        state.withLock { state in
            guard !state.orders[shard].isEmpty else { return [] }
            defer { state.orders[shard] = [] }
            return state.orders[shard]
        }
    }

    /// What rules have set. - Returns: whether other shards have to hear of it.
    func take(_ directives: [ShapingDirective]) -> Bool {
        purge()
        let (now, wall) = (time.now, time.wall)
        var holds: [(key: String, value: [UInt8]?)] = []
        var limits: [(key: String, value: [UInt8]?)] = []
        let (isFull, tidings) = state.withLock { state in
            var isFull = false
            var news: [ShapingDirective] = []
            for directive in directives {
                guard state.hasRoom(for: directive) else {
                    isFull = isFull || !state.hasComplained
                    state.hasComplained = true
                    continue
                }
                switch directive {
                case .hold(let hold):
                    let until = Self.deadline(hold.until, now: now, wall: wall)
                    if state.holds.entries[hold.id] == nil { news.append(directive) }
                    state.holds.add(hold, until: until)
                    state.tell(.hold(hold, until: until))
                    holds.append((hold.id.description, ControlCodec.encode(hold)))
                case .limit(let limit):
                    let key = LimitKey(rule: limit.rule, key: limit.key)
                    let until = Self.deadline(limit.until, now: now, wall: wall) ?? now
                    if state.limits[key] == nil { news.append(directive) }
                    state.limits[key] = (limit, until)
                    state.tell(.limit(limit, until: until))
                    limits.append((key.name, ControlCodec.encode(limit, since: wall)))
                }
            }
            // Under the lock: an operator who resumes one of them comes after this with his own write.
            writer.saveSoon(.holds, holds)
            writer.saveSoon(.limits, limits)
            return (isFull, state.tidings.choose(news, at: now))
        }
        logger.tell(tidings.told, areMore: tidings.areMore)
        if isFull {
            logger.error("rules have set more than \(Self.ruleLimit) holds and limits: the rest is passed over")
        }
        return !(holds.isEmpty && limits.isEmpty)
    }

    // MARK: Verbs

    func suspend(
        _ scope: Hold.Scope, until: WallTime?, by: String, reason: String
    ) async throws(ControlFailure) -> Hold {
        let (now, wall) = (time.now, time.wall)
        if let until, until <= wall { throw .alreadyOver }
        purge()
        let hold = Hold(
            id: UUIDv7(at: wall), scope: scope,
            cause: .operator(
                by: by.clipped(toBytes: NoteCodec.nameLimit), reason: reason.clipped(toBytes: NoteCodec.wordsLimit)),
            since: wall, until: until)
        let end = Self.deadline(until, now: now, wall: wall)
        try await writer.save(.holds, [(hold.id.description, ControlCodec.encode(hold))])
        state.withLock { state in
            state.holds.add(hold, until: end)
            state.tell(.hold(hold, until: end))
        }
        return hold
    }

    func resume(_ scope: Hold.Scope) async throws(ControlFailure) -> [Hold] {
        purge()
        return try await resume(state.withLock { $0.holds.all(of: scope) })
    }

    func resume(hold id: UUIDv7) async throws(ControlFailure) -> Hold {
        purge()
        let found = state.withLock { $0.holds.entries[id]?.hold }
        guard let found, let ended = try await resume([found]).first else { throw .unknownHold }
        return ended
    }

    private func resume(_ holds: [Hold]) async throws(ControlFailure) -> [Hold] {
        try await writer.save(.holds, holds.map { ($0.id.description, nil) })
        return state.withLock { state in
            holds.filter { hold in
                state.tell(.release(hold.id))
                return state.holds.remove(hold.id) != nil
            }
        }
    }

    /// Makes a re-route durable. The shards apply it to what they have by themselves.
    func add(_ route: StandingRoute) async throws(ControlFailure) {
        let gone = state.withLock { state in
            var book = state.routes
            return book.add(route)
        }
        try await writer.save(
            .routes,
            [(route.id.description, ControlCodec.encode(route))] + gone.map { ($0.id.description, nil) })
        state.withLock { state in
            // From what is there by now: another may have been added meanwhile.
            _ = state.routes.add(route)
            state.tell(.routes(state.routes))
        }
        hasRoutes.store(true, ordering: .relaxed)
    }

    /// The pool that the re-routes which stand give a message; `nil`: the one that the configuration says.
    func pool(of message: MessageFacts, to destinations: some Collection<Domain>, _ table: EgressTable) -> String? {
        let verdict = routes.verdict(
            on: message, to: destinations, at: nil,
            configured: table.pool(tenant: message.tenant, stream: message.stream, campaign: message.campaign)
                .map { table.pools[$0].name })
        switch verdict {
        case .pool(let name): return name
        case .configured, nil: return nil
        }
    }

    // MARK: Views

    var holds: [Hold] {
        purge()
        return state.withLock { $0.holds.holds }
    }

    var limits: [TemporaryLimit] {
        purge()
        return state.withLock { state in
            state.limits.values.map(\.limit).sorted { ($0.key.name, $0.rule) < ($1.key.name, $1.rule) }
        }
    }

    var routes: RouteBook { state.withLock { $0.routes } }

    /// Nothing waits to be saved.
    var isSaved: Bool { writer.isIdle }

    func isHeld(site name: String) -> Bool {
        purge()
        return state.withLock { state in
            state.holds.entries.values.contains { $0.hold.scope.site == name }
        }
    }

    /// What is over is forgotten, here; the shards have clocks of their own.
    private func purge() {
        let now = time.now
        state.withLock { state in
            let over = state.limits.filter { $0.value.until <= now }.keys
            for key in over { state.limits[key] = nil }
            writer.saveSoon(.holds, state.holds.expire(at: now).map { ($0.id.description, nil) })
            writer.saveSoon(.limits, over.map { ($0.name, nil) })
        }
    }

    /// - Parameter since: when it was made, for what a former process has kept.
    static func deadline(
        _ until: WallTime?, since: WallTime? = nil, now: MonotonicInstant, wall: WallTime
    ) -> MonotonicInstant? {
        guard let until else { return nil }
        var left = max(.zero, until - wall)
        if let since { left = min(left, max(.zero, until - since)) }
        // Beyond it a duration in nanoseconds has no room.
        return left > longest ? nil : now + left
    }
}

extension StandingOrders.State {
    mutating func tell(_ order: ControlOrder) {
        for shard in orders.indices { orders[shard].append(order) }
    }
}

extension ShapingDirective {
    /// How many holds and limits of rules may stand when this one comes.
    var roomOfRules: Int {
        let site: String? =
            switch self {
            case .hold(let hold): hold.scope.site
            case .limit(let limit): limit.key.name
            }
        let isMinor = site.map { Scheduler.group(of: $0) == "other" } ?? false
        return isMinor ? StandingOrders.ruleLimit / 4 * 3 : StandingOrders.ruleLimit
    }
}
