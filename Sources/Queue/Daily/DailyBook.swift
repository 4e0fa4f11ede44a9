import Mail

/// All counters of sending days, and which day it is. A pure value: `DailyCounters` puts a lock around it and a writer
/// behind it.
///
/// Numbers are never used for another key while the process runs, so that what was taken before a reload can be settled
/// after it: even ones are warm-ups, odd ones quotas.
struct DailyBook: Sendable {
    /// So soon somebody who waits for a part to become durable may ask again, and so soon when the disk refuses.
    static let reservationDelay = Duration.milliseconds(5)
    static let brokenDelay = Duration.seconds(1)

    var setup: DailySetup
    /// Nothing is spent that is not on disk.
    let isDurable: Bool
    var clock: DayClock
    var warmups: [WarmupState] = []
    var quotas: [QuotaState] = []
    var numbers: [DailyKey: UInt32] = [:]
    /// Counters whose stored value must be written anew.
    var dirty: Set<UInt32> = []
    /// Quotas from here on may have a record of a day that is over.
    var sweep: Int?
    /// The last write failed.
    var isBroken = false
    var isClosed = false
    /// The writer has something to do, and has not been told.
    var isRinging = false
    /// A day has begun since somebody asked.
    private var hasTurned = false
    /// What was refused may be let go now, and nobody has been told.
    var isFreed = false
    /// When the present day was begun.
    private var turned = MonotonicInstant(nanoseconds: .min)
    /// What is on disk of each warm-up's outcomes today.
    var storedOutcomes: [Int] = []

    init(
        _ setup: DailySetup, isDurable: Bool, stored: StoredDays? = nil, at now: MonotonicInstant, wall: WallTime
    ) {
        self.setup = setup
        self.isDurable = isDurable
        switch stored?.clock {
        case .mark(let mark)?: clock = DayClock(setup.calendar, resuming: mark, at: now, wall: wall)
        case .lost(let ordinal)?: clock = DayClock(setup.calendar, continuing: ordinal, at: now, wall: wall)
        case nil: clock = DayClock(setup.calendar, at: now, wall: wall)
        }
        addWarmups()
        if let stored { restore(stored) }
        _ = look(at: now) { wall }
    }

    // MARK: Numbers

    /// - Returns: `nil`: nothing limits it.
    mutating func counter(for key: DailyKey) -> UInt32? {
        if case .warmup(let source, let provider) = key {
            guard let group = setup.warmups.group(of: source, provider) else { return nil }
            return numbers[.warmup(source: source, group: group)]
        }
        guard let rule = setup.quotas.rule(for: key) else { return nil }
        return numbers[key] ?? add(QuotaState(key: key, rule: rule, count: DayCount(day: clock.ordinal)))
    }

    mutating func add(_ quota: QuotaState) -> UInt32 {
        let number = UInt32(quotas.count) << 1 | 1
        quotas.append(quota)
        numbers[quota.key] = number
        return number
    }

    private mutating func addWarmups() {
        for assignment in setup.warmups.assignments {
            for (group, plan) in assignment.plans {
                let key = DailyKey.warmup(source: assignment.source, group: group)
                if numbers[key] != nil { continue }
                add(
                    WarmupState(
                        source: assignment.source, group: group, plan: plan, start: assignment.start,
                        today: clock.label, day: clock.ordinal))
            }
        }
    }

    mutating func add(_ warmup: WarmupState) {
        numbers[.warmup(source: warmup.source, group: warmup.group)] = UInt32(warmups.count) << 1
        warmups.append(warmup)
        storedOutcomes.append(0)
    }

    // MARK: Taking

    mutating func take(
        _ count: Int, of number: UInt32, at now: MonotonicInstant, wall: () -> WallTime
    ) -> Result<Int, DailyRefusal> {
        precondition(count > 0, "taking nothing")
        look(at: now, wall: wall)
        if let refusal = refusal(number, at: now, wall: wall) { return .failure(refusal) }
        let cap = cap(of: number)
        let (isDurable, isClosed) = (isDurable, isClosed)
        let granted: Int = change(number) { counter in
            let granted = isClosed ? 0 : min(count, counter.available(cap, isDurable: isDurable))
            counter.take(granted)
            return granted
        }
        if granted == 0 { return wait(for: number, at: now) }
        clock.use()
        if isDurable, let cap { reserve(number, cap) }
        return .success(granted)
    }

    /// There is room in the cap, but nothing of it is durable.
    private mutating func wait(for number: UInt32, at now: MonotonicInstant) -> Result<Int, DailyRefusal> {
        change(number) { $0.want() }
        touch(number)
        return .failure(reserving(number, at: now))
    }

    private mutating func reserve(_ number: UInt32, _ cap: Int) {
        let isDue = change(number) { counter in
            counter.want()
            return counter.nextReservation(cap) != nil
        }
        if isDue { touch(number) }
    }

    private func reserving(_ number: UInt32, at now: MonotonicInstant) -> DailyRefusal {
        DailyRefusal(
            cause: .reserving(key(of: number)),
            earliest: now + (isBroken || isClosed ? Self.brokenDelay : Self.reservationDelay))
    }

    mutating func settle(
        _ number: UInt32, delivered: Int, failed: Int, greylisted: Int = 0, untried: Int, at now: MonotonicInstant,
        wall: () -> WallTime
    ) {
        look(at: now, wall: wall)
        if number & 1 == 0 {
            warmups[Int(number >> 1)].settle(
                delivered: delivered, failed: failed, greylisted: greylisted, untried: untried)
        } else {
            _ = change(number) {
                $0.settle(delivered: delivered, failed: failed, greylisted: greylisted, untried: untried)
            }
        }
        if untried > 0 { economize(number) }
    }

    mutating func untake(_ count: Int, of number: UInt32, at now: MonotonicInstant, wall: () -> WallTime) {
        look(at: now, wall: wall)
        // Another thread, a moment ahead, may have begun the next day in between.
        guard now >= turned else {
            return settle(number, delivered: 0, failed: 0, untried: count, at: now, wall: wall)
        }
        change(number) { $0.untake(count) }
        economize(number)
    }

    /// Less need be reserved when much has come back.
    private mutating func economize(_ number: UInt32) {
        if isDurable, let cap = cap(of: number), change(number, { $0.isExcessive(cap) }) { touch(number) }
    }

    /// Why nothing would be let go, if the reason is not merely that a part of the cap is being written.
    mutating func standing(of number: UInt32, at now: MonotonicInstant, wall: () -> WallTime) -> DailyRefusal? {
        look(at: now, wall: wall)
        if let refusal = refusal(number, at: now, wall: wall) { return refusal }
        guard isBroken || isClosed, isDurable, let cap = cap(of: number) else { return nil }
        let isEmpty = change(number) { $0.available(cap, isDurable: true) == 0 }
        return isEmpty || isClosed ? reserving(number, at: now) : nil
    }

    private func refusal(_ number: UInt32, at now: MonotonicInstant, wall: () -> WallTime) -> DailyRefusal? {
        let place = Int(number >> 1)
        if number & 1 == 1 {
            let quota = quotas[place]
            guard let rule = quota.rule, quota.count.day == clock.ordinal, quota.count.sent >= rule.cap else {
                return nil
            }
            return DailyRefusal(
                cause: .quota(rule: rule.name, key: quota.key, cap: rule.cap, sent: quota.count.sent),
                earliest: clock.nextStart)
        }
        // Field by field: a copy of the whole would cost more than all else here.
        if warmups[place].isPaused {
            let start = warmups[place].hold == .zero ? nil : warmups[place].start
            return DailyRefusal(
                cause: .warmupPaused(source: warmups[place].source, group: warmups[place].group),
                earliest: start.map { clock.start(of: $0, wall: wall()) })
        }
        guard let cap = warmups[place].cap, warmups[place].count.sent >= cap else { return nil }
        return DailyRefusal(
            cause: .warmup(
                source: warmups[place].source, group: warmups[place].group, stage: warmups[place].stage + 1, cap: cap,
                sent: warmups[place].count.sent),
            earliest: clock.nextStart)
    }

    private func cap(of number: UInt32) -> Int? {
        number & 1 == 0 ? warmups[Int(number >> 1)].cap : quotas[Int(number >> 1)].rule?.cap
    }

    func key(of number: UInt32) -> DailyKey {
        let place = Int(number >> 1)
        if number & 1 == 1 { return quotas[place].key }
        return .warmup(source: warmups[place].source, group: warmups[place].group)
    }

    /// A quota's day turns when it is next looked at.
    @discardableResult
    mutating func change<Result>(_ number: UInt32, _ body: (inout DayCount) -> Result) -> Result {
        let place = Int(number >> 1)
        if number & 1 == 0 { return body(&warmups[place].count) }
        if quotas[place].count.day != clock.ordinal { quotas[place].count.turn(to: clock.ordinal) }
        return body(&quotas[place].count)
    }

    // MARK: Days

    /// Begins the next day when its time has come.
    @discardableResult
    mutating func look(at now: MonotonicInstant, wall: () -> WallTime) -> Bool {
        let before = clock.label
        guard let turn = clock.look(at: now, wall: wall) else { return false }
        for place in warmups.indices {
            warmups[place].turn(turn, dayBefore: before)
            storedOutcomes[place] = 0
            touch(UInt32(place) << 1)
        }
        if !quotas.isEmpty { sweep = 0 }
        hasTurned = true
        isFreed = true
        turned = now
        return true
    }

    /// Notes outcomes that have come in since they were last written.
    mutating func noteOutcomes() {
        for place in warmups.indices where warmups[place].count.delivered != storedOutcomes[place] {
            touch(UInt32(place) << 1)
        }
    }

    // MARK: Reload

    mutating func replace(_ setup: DailySetup) {
        self.setup = setup
        isFreed = true
        clock.calendar = setup.calendar
        for place in warmups.indices {
            let assignment = setup.warmups.assignment(of: warmups[place].source)
            warmups[place].replace(
                plan: assignment?.plans[warmups[place].group], start: assignment?.start, today: clock.label)
            touch(UInt32(place) << 1)
        }
        addWarmups()
        for place in quotas.indices { quotas[place].rule = setup.quotas.rule(for: quotas[place].key) }
    }

    // MARK: Views

    var progress: [WarmupProgress] {
        setup.warmups.assignments.flatMap { assignment in
            Self.ordered(assignment.plans.keys).compactMap { group in
                numbers[.warmup(source: assignment.source, group: group)].flatMap(progress)
            }
        }
    }

    func progress(of number: UInt32) -> WarmupProgress? { warmups[Int(number >> 1)].progress(today: clock.label) }

    static func ordered(_ groups: some Sequence<String>) -> [String] {
        groups.sorted { ($0 == WarmupTable.other ? 1 : 0, $0) < ($1 == WarmupTable.other ? 1 : 0, $1) }
    }

    /// True once after each beginning of a day.
    mutating func takeTurned() -> Bool {
        defer { hasTurned = false }
        return hasTurned
    }
}
