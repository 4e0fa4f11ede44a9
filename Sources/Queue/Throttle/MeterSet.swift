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

    init(_ table: ThrottleTable) { self.table = table }

    var count: Int { meters.count }

    /// The number of a counter, for as long as `release` is not called. `none`: nothing limits it.
    mutating func number(of key: MeterKey) -> UInt32 {
        if let known = numbers[key] {
            meters[known].references += 1
            return known
        }
        guard let terms = table.terms(for: key) else { return .none }
        if meters.count >= sweepAt { sweep() }
        let number = meters.insert(Meter(key: key, terms: terms, references: 1))
        numbers[key] = number
        return number
    }

    /// The counter itself stays until its credit is whole again: forgetting a site must not refill it.
    mutating func release(_ number: UInt32) {
        guard number != .none else { return }
        meters[number].references -= 1
    }

    func terms(of number: UInt32) -> MeterTerms? { number == .none ? nil : meters[number].terms }

    func inUse(of number: UInt32) -> Int { number == .none ? 0 : meters[number].inUse }

    /// - Returns: how many of the request's messages all counters let pass now; 0: at least one refuses. Nothing is
    ///   spent.
    mutating func available(
        _ request: Meter.Request, from chosen: some Collection<UInt32>, at instant: MonotonicInstant
    ) -> Int {
        let now = clock.advance(to: instant)
        var granted = request
        for number in chosen where number != .none {
            if meters[number].refusal(granted, at: now) != nil { return 0 }
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
            if meters[number].refusal(granted, at: now) != nil { return nil }
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
            let terms = table.terms(for: key) ?? MeterTerms()
            meters[number].terms = terms
            if let rate = terms.messageRate { meters[number].messages.adapt(to: rate.value, at: now) }
            if let rate = terms.connectionRate { meters[number].connects.adapt(to: rate.value, at: now) }
        }
    }

    private mutating func sweep() {
        for (key, number) in numbers where meters[number].isForgettable(at: clock.now) {
            numbers[key] = nil
            meters.release(number)
        }
        sweepAt = max(1_024, meters.count * 2)
    }
}
