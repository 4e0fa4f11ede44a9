/// One source's warm-up for one group of providers: where it stands in its plan, and today's count. A pure value; its
/// events are `take`, `settle`, the turn of a day, and what an operator says.
struct WarmupState: Hashable, Sendable {
    let source: String
    let group: String
    /// `nil`: the configuration has none for it at present; nothing is limited, and the stage is kept for later.
    private(set) var plan: WarmupPlan?
    private(set) var start: SendingDay?
    /// From 0; `finished` beyond the last.
    private(set) var stage = 0
    private(set) var isFinished = false
    private(set) var hold: WarmupHold?
    /// Its first day has come. A wall clock that is set back does not undo that.
    private(set) var hasBegun = false
    var count: DayCount
    /// Days in a row without mail.
    private(set) var idleDays = 0
    /// Days on which mail has left since the beginning: the age that matters to receivers.
    private(set) var sendingDays = 0
    private(set) var firstDay: SendingDay?
    private(set) var judgement: WarmupJudgement?
    /// Yesterday, as long as outcomes of it may come in.
    private var yesterday: Yesterday?

    private struct Yesterday: Hashable, Sendable {
        var cap: Int
        var delivered: Int
        var greylisted: Int
    }

    init(source: String, group: String, plan: WarmupPlan?, start: SendingDay?, today: SendingDay, day: Int) {
        self.source = source
        self.group = group
        self.plan = plan
        self.start = start
        count = DayCount(day: day)
        begin(on: today)
    }

    /// `nil`: nothing is limited.
    var cap: Int? {
        guard let plan, !isFinished else { return nil }
        return plan.caps[stage]
    }

    /// Nothing leaves, however much of the cap there is. An operator may hold a finished one, too.
    var isPaused: Bool { plan != nil && (hold == .zero || !hasBegun && !isFinished) }

    mutating func begin(on today: SendingDay) {
        if !hasBegun, start.map({ $0 <= today }) ?? true { hasBegun = true }
    }

    // MARK: Outcomes

    mutating func settle(delivered: Int, failed: Int, greylisted: Int = 0, untried: Int) {
        let late = count.settle(delivered: delivered, failed: failed, greylisted: greylisted, untried: untried)
        guard late > 0, var yesterday else { return }
        yesterday.delivered += late
        self.yesterday = yesterday
        // What was under way at midnight can still make yesterday's mail enough.
        if let plan, case .held(.tooLittle) = judgement, hold == nil, !isFinished,
            plan.promotes(delivered: yesterday.delivered, cap: yesterday.cap, greylisted: yesterday.greylisted)
        {
            advance(plan)
        }
    }

    // MARK: Days

    /// Judges the day that has passed and begins the next.
    mutating func turn(_ turn: DayClock.Turn, dayBefore: SendingDay) {
        defer {
            count.turn(to: turn.ordinal)
            begin(on: turn.label)
        }
        yesterday = nil
        guard let plan, hasBegun else { return }
        if count.sent > 0 {
            sendingDays += 1
            if firstDay == nil { firstDay = dayBefore }
        }
        guard let cap else { return }
        if count.sent == 0 {
            // A day on which nothing may leave says nothing about the mail there is.
            if hold == .zero { return }
            judgement = .held(.noMail)
            rest(1 + turn.missed, plan)
            return
        }
        idleDays = 0
        yesterday = Yesterday(cap: cap, delivered: count.delivered, greylisted: count.greylisted)
        if hold != nil {
            judgement = .held(.byOperator)
        } else if plan.promotes(delivered: count.delivered, cap: cap, greylisted: count.greylisted) {
            advance(plan)
        } else if stage > 0, plan.demotes(delivered: count.delivered, failed: count.failed) {
            stage -= 1
            judgement = .demoted(delivered: count.delivered, tried: count.delivered + count.failed)
        } else {
            judgement = .held(
                .tooLittle(
                    delivered: count.delivered, needed: plan.needed(cap, greylisted: count.greylisted)))
        }
        rest(turn.missed, plan)
    }

    private mutating func advance(_ plan: WarmupPlan) {
        judgement = .promoted
        if stage + 1 < plan.caps.count { stage += 1 } else { isFinished = true }
    }

    private mutating func rest(_ days: Int, _ plan: WarmupPlan) {
        guard !isFinished, hold == nil else { return }
        idleDays += days
        guard let limit = plan.idleDays, idleDays >= limit, stage > 0 else { return }
        switch plan.idleness {
        case .keep: return
        case .restart: stage = 0
        case .finish: isFinished = true
        }
        judgement = .idle(days: idleDays)
        yesterday = nil
        idleDays = 0
    }

    // MARK: Operators and reloads

    /// - Returns: false when there is no such stage.
    mutating func apply(_ change: WarmupChange) -> Bool {
        switch change {
        case .hold(let hold): self.hold = hold
        case .resume: hold = nil
        case .setStage(let stage):
            guard let plan, stage >= 1, stage <= plan.caps.count + 1 else { return false }
            isFinished = stage > plan.caps.count
            self.stage = min(stage, plan.caps.count) - 1
            judgement = .setByOperator
            yesterday = nil
            idleDays = 0
        }
        return true
    }

    /// Another configuration. Counters stay; so does the stage, if the plan has the same ones. In a plan of another
    /// shape it is the stage that allows no more than the old one did.
    mutating func replace(plan: WarmupPlan?, start: SendingDay?, today: SendingDay) {
        if let old = self.plan, let plan, old.shape != plan.shape { move(to: plan, worth: old.caps[stage]) }
        // The plan stays known while the configuration names none: `adopt` needs its shape when one comes back.
        if plan == nil, let old = self.plan { dormant = Dormant(shape: old.shape, cap: old.caps[stage]) }
        if let plan, let dormant {
            if dormant.shape != plan.shape { move(to: plan, worth: dormant.cap) }
            self.dormant = nil
        }
        self.plan = plan
        if let plan { stage = min(max(stage, 0), plan.caps.count - 1) }
        if start != self.start {
            self.start = start
            // A later start takes back a beginning that nothing has come of.
            if sendingDays == 0, count.sent == 0 { hasBegun = false }
        }
        begin(on: today)
    }

    private mutating func move(to plan: WarmupPlan, worth cap: Int) {
        stage = plan.stage(worth: cap)
        yesterday = nil
    }

    /// The plan that the stage belongs to, while there is none.
    private(set) var dormant: Dormant?

    struct Dormant: Hashable, Sendable {
        var shape: UInt64
        var cap: Int
    }

    // MARK: Storage

    /// What a restart needs to know.
    struct Memory: Hashable, Sendable {
        var shape: UInt64
        /// That of its stage.
        var cap: Int
        var stage: Int
        var isFinished: Bool
        var hold: WarmupHold?
        var hasBegun: Bool
        var idleDays: Int
        var sendingDays: Int
        var firstDay: SendingDay?
        var judgement: WarmupJudgement?
    }

    var memory: Memory {
        Memory(
            shape: plan?.shape ?? dormant?.shape ?? 0, cap: plan.map { $0.caps[stage] } ?? dormant?.cap ?? 0,
            stage: stage, isFinished: isFinished, hold: hold, hasBegun: hasBegun, idleDays: idleDays,
            sendingDays: sendingDays, firstDay: firstDay, judgement: judgement)
    }

    mutating func remember(_ memory: Memory) {
        isFinished = memory.isFinished
        hold = memory.hold
        hasBegun = hasBegun || memory.hasBegun
        idleDays = memory.idleDays
        sendingDays = memory.sendingDays
        firstDay = memory.firstDay
        judgement = memory.judgement
        if let plan {
            if plan.shape == memory.shape, plan.caps.indices.contains(memory.stage) {
                stage = memory.stage
            } else {
                move(to: plan, worth: memory.cap)
            }
        } else {
            stage = memory.stage
            dormant = Dormant(shape: memory.shape, cap: memory.cap)
        }
    }
}

enum WarmupChange: Hashable, Sendable {
    case hold(WarmupHold)
    case resume
    /// From 1; one more than there are: finished.
    case setStage(Int)
}
