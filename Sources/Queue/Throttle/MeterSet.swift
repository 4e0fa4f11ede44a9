import Mail

/// Counters by number, and the decision over several of them at once: all agree, or nothing is spent.
///
/// A pure value. A shard has one for its sites; one that all shards share lies behind `SharedMeters`.
struct MeterSet: Sendable {
    private(set) var table: ThrottleTable
    private var meters = Slab<Meter>()
    private var numbers: [MeterKey: UInt32] = [:]
    private var clock = ThrottleClock()
    /// When so many counters are kept, those that would not be missed go.
    private var sweepAt = 1_024

    /// What stands before the table for a time.
    private(set) var overrides: [MeterKey: [MeterOverride]] = [:]

    init(_ table: ThrottleTable) { self.table = table }

    var hasOverrides: Bool { !overrides.isEmpty }

    var count: Int { meters.count }

    /// The number of a counter, for as long as `release` is not called. `none`: nothing limits it.
    /// - Parameter connections: as many as there may be by limits of others.
    mutating func number(of key: MeterKey, connections: Int? = nil) -> UInt32 {
        if let known = numbers[key] {
            meters[known].references += 1
            know(connections: connections, of: known)
            return known
        }
        guard let terms = terms(for: key, connections: connections) else { return .none }
        if meters.count >= sweepAt { sweep() }
        let number = meters.insert(Meter(key: key, terms: terms, most: connections, references: 1))
        numbers[key] = number
        return number
    }

    /// The counter itself stays until its credit is whole again: forgetting a site must not refill it.
    mutating func release(_ number: UInt32) {
        guard number != .none else { return }
        meters[number].references -= 1
    }

    func terms(of number: UInt32) -> MeterTerms? { number == .none ? nil : meters[number].terms }

    /// Transactions on a connection; `nil`: that is not limited.
    func messagesPerConnection(of number: UInt32) -> Int? { meters[number].terms.messagesPerConnection?.value }

    func ratesConnections(of number: UInt32) -> Bool { meters[number].terms.connectionRate != nil }

    /// The connections that may be in use at once; `nil`: that is not limited.
    func connections(of number: UInt32) -> Int? { meters[number].terms.connections?.value }

    func inUse(of number: UInt32) -> Int { number == .none ? 0 : meters[number].inUse }

    /// - Returns: how many of the request's messages all counters let pass now; 0: at least one refuses. Nothing is
    ///   spent.
    mutating func available(
        _ request: Meter.Request, from chosen: some Collection<UInt32>, at instant: MonotonicInstant
    ) -> Int {
        let now = clock.advance(to: instant)
        var granted = request
        for number in chosen where number != .none {
            guard meters[number].lets(granted, at: now) else { return 0 }
            granted.messages = meters[number].granted(granted, at: now)
        }
        return granted.messages
    }

    /// Spends as much of the request as all agree to.
    /// - Returns: the messages granted; `nil`: somebody refuses, and nothing was spent.
    mutating func take(
        _ request: Meter.Request, from chosen: some Collection<UInt32>, at instant: MonotonicInstant
    ) -> Int? {
        let now = clock.advance(to: instant)
        var granted = request
        for number in chosen where number != .none {
            guard meters[number].lets(granted, at: now) else { return nil }
            granted.messages = meters[number].granted(granted, at: now)
        }
        for number in chosen where number != .none { meters[number].spend(granted, at: now) }
        return granted.messages
    }

    /// Why the request does not pass: of all limits that refuse, the one that does so longest (the most specific among
    /// equals, so give the counters in the order of their scopes), with the time at which all of them agree. `nil`: it
    /// would pass.
    mutating func refusal(
        _ request: Meter.Request, from chosen: some Collection<UInt32>, at instant: MonotonicInstant
    ) -> ThrottleRefusal? {
        let now = clock.advance(to: instant)
        var latest: Int64 = now
        var found: ThrottleRefusal?
        for number in chosen where number != .none {
            guard let refusal = meters[number].refusal(request, at: now) else { continue }
            guard let until = refusal.until else {
                return ThrottleRefusal(
                    rule: refusal.rule, key: meters[number].key, limit: refusal.limit, earliest: nil)
            }
            if found == nil || until > latest {
                latest = until
                found = ThrottleRefusal(
                    rule: refusal.rule, key: meters[number].key, limit: refusal.limit,
                    earliest: clock.instant(of: until))
            }
        }
        return found
    }

    /// Places among the connections in use are free again.
    mutating func leave(_ places: Int, of number: UInt32) {
        guard number != .none else { return }
        meters[number].inUse -= places
        precondition(meters[number].inUse >= 0, "leaving a place that was not taken")
    }

    /// A reload: counters keep what they have spent. Those that nothing limits any more are kept, too, without terms,
    /// because others hold their numbers. Who was told `none` must ask again.
    mutating func replace(_ table: ThrottleTable, at instant: MonotonicInstant) {
        self.table = table
        let now = clock.advance(to: instant)
        for (key, number) in numbers {
            change(number, to: terms(for: key, connections: meters[number].most), at: now)
        }
    }

    private mutating func change(_ number: UInt32, to terms: MeterTerms?, at now: Int64) {
        let terms = terms ?? MeterTerms()
        meters[number].terms = terms
        if let rate = terms.messageRate { meters[number].messages.adapt(to: rate.value, at: now) }
        if let rate = terms.connectionRate { meters[number].connects.adapt(to: rate.value, at: now) }
    }

    private func terms(for key: MeterKey, connections: Int?) -> MeterTerms? {
        let terms = table.terms(for: key)
        guard !overrides.isEmpty, let changes = overrides[key] else { return terms }
        let base = terms ?? MeterTerms()
        // Each from the configuration's figures, then the strictest: two rules that slow down by half are no quarter.
        let tight = changes.reduce(base) { found, change in
            found.strictest(base.tightened(by: change.limit, connections: connections))
        }
        return tight == MeterTerms() ? nil : tight
    }

    /// What limits of others allow has changed.
    mutating func know(connections: Int?, of number: UInt32) {
        guard let connections, meters[number].most != connections else { return }
        meters[number].most = connections
        if overrides[meters[number].key] != nil {
            change(number, to: terms(for: meters[number].key, connections: connections), at: clock.now)
        }
    }

    /// Sets a limit until a time on the caller's own clock; one of the same rule and key is replaced.
    mutating func override(_ limit: TemporaryLimit, until end: UInt64, at instant: MonotonicInstant) {
        let now = clock.advance(to: instant)
        overrides[limit.key, default: []].removeAll { $0.limit.rule == limit.rule }
        overrides[limit.key, default: []].append(MeterOverride(limit: limit, end: end))
        refresh(limit.key, at: now)
    }

    /// Ends those whose time has come.
    /// - Returns: whose.
    mutating func expireOverrides(_ time: UInt64, at instant: MonotonicInstant) -> [MeterKey] {
        let now = clock.advance(to: instant)
        // In an order that does not change from run to run.
        let over = overrides.filter { $0.value.contains { $0.end <= time } }.keys
            .sorted { ($0.scope.rawValue, $0.name, $0.source) < ($1.scope.rawValue, $1.name, $1.source) }
        for key in over {
            overrides[key]?.removeAll { $0.end <= time }
            if overrides[key]?.isEmpty == true { overrides[key] = nil }
            refresh(key, at: now)
        }
        return over
    }

    var nextOverrideEnd: UInt64? { overrides.values.flatMap { $0.map(\.end) }.min() }

    private mutating func refresh(_ key: MeterKey, at now: Int64) {
        guard let number = numbers[key] else { return }
        change(number, to: terms(for: key, connections: meters[number].most), at: now)
    }

    private mutating func sweep() {
        for (key, number) in numbers where meters[number].isForgettable(at: clock.now) {
            numbers[key] = nil
            meters.release(number)
        }
        sweepAt = max(1_024, meters.count * 2)
    }
}
