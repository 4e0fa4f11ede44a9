import Mail

@testable import Queue

/// Counts what leaves on each day, by the calendar: worlds with caps have a wall clock that nobody sets.
struct DayBook {
    private struct Count {
        /// By the day it was pulled on: under way, delivered or refused.
        var taken: [Int: Int] = [:]
        var delivered: [Int: Int] = [:]
        /// What was delivered by the day on which the answer came.
        var answered: [Int: Int] = [:]
        /// What was put off with a reply, in the same two ways: some of it may be greylisting.
        var putOff: [Int: Int] = [:]
        var putOffAnswered: [Int: Int] = [:]
    }

    private let world: RandomWorld
    private var warmups: [DailyKey: Count] = [:]
    private var quotas: [DailyKey: Count] = [:]
    private var pulledOn: [LaneKey: Int] = [:]

    private struct LaneKey: Hashable {
        var site: String
        var lane: Int
    }

    init(_ world: RandomWorld) { self.world = world }

    private func day(_ now: MonotonicInstant) -> Int {
        let since = (now - MonotonicInstant(nanoseconds: 1_000_000_000_000)).wholeMilliseconds
        return Int((world.plan.start.milliseconds + since) / 86_400_000)
    }

    private func keys(_ pull: SimulatedPull) -> (warmup: DailyKey?, quotas: [DailyKey]) {
        var warmup: DailyKey?
        if let source = pull.source {
            let name = world.plan.options.egress.sources[source].name
            if let plans = world.warmups[name] {
                let provider = pull.site.split(separator: "@").last.map(String.init) ?? ""
                warmup = .warmup(source: name, group: plans[provider] == nil ? "other" : provider)
            }
        }
        var quotas: [DailyKey] = [.tenantQuota(pull.message.tenant)]
        if let campaign = pull.message.campaign { quotas.append(.campaignQuota(campaign)) }
        return (warmup, quotas)
    }

    /// - Returns: which cap it breaks.
    mutating func pulled(_ pull: SimulatedPull, at now: MonotonicInstant) -> String? {
        let today = day(now)
        pulledOn[LaneKey(site: pull.site, lane: pull.lane)] = today
        let (warmup, quotas) = keys(pull)
        for key in quotas {
            guard let cap = world.quota(of: key) else { continue }
            self.quotas[key, default: Count()].taken[today, default: 0] += pull.recipients.count
            let taken = self.quotas[key]?.taken[today] ?? 0
            if taken > cap { return "\(taken) of \(key), whose cap is \(cap)" }
        }
        guard let warmup else { return nil }
        warmups[warmup, default: Count()].taken[today, default: 0] += pull.recipients.count
        let taken = warmups[warmup]?.taken[today] ?? 0
        if let cap = cap(of: warmup, on: today), taken > cap { return "\(taken) of \(warmup), whose cap is \(cap)" }
        return nil
    }

    mutating func landed(_ pull: SimulatedPull, _ outcomes: [Outcome], at now: MonotonicInstant) {
        guard let pulled = pulledOn.removeValue(forKey: LaneKey(site: pull.site, lane: pull.lane)) else { return }
        let untried = outcomes.filter { $0.reply == nil && !Self.mayHaveHeard($0) }.count
        let delivered = outcomes.filter { $0.verdict == .delivered }.count
        let (warmup, quotas) = keys(pull)
        // What comes back on a later day gives nothing back.
        for key in quotas where world.quota(of: key) != nil {
            self.quotas[key, default: Count()].taken[pulled, default: 0] -= untried
        }
        guard let warmup else { return }
        warmups[warmup, default: Count()].taken[pulled, default: 0] -= untried
        warmups[warmup, default: Count()].delivered[pulled, default: 0] += delivered
        warmups[warmup, default: Count()].answered[day(now), default: 0] += delivered
        let putOff = outcomes.filter { $0.verdict == .deferred(.remoteReply) }.count
        warmups[warmup, default: Count()].putOff[pulled, default: 0] += putOff
        warmups[warmup, default: Count()].putOffAnswered[day(now), default: 0] += putOff
    }

    private static func mayHaveHeard(_ outcome: Outcome) -> Bool { outcome.verdict == .deferred(.connectionLost) }

    /// The most that the plan can allow on a day: one stage more for each day on which enough was delivered.
    private func cap(of key: DailyKey, on today: Int) -> Int? {
        guard case .warmup(let source, let group) = key, let plan = world.warmups[source]?[group] else { return nil }
        var stage = 0
        let count = warmups[key] ?? Count()
        for day in Set(count.taken.keys).union(count.answered.keys).sorted() where day < today {
            guard stage < plan.caps.count else { return nil }
            let cap = plan.caps[stage]
            let putOff = max(count.putOff[day] ?? 0, count.putOffAnswered[day] ?? 0)
            let needed = max(cap - putOff, (cap + 1) / 2) * plan.promotion
            let most = max(count.delivered[day] ?? 0, count.answered[day] ?? 0)
            if most > 0, most * 1_000 >= needed { stage += 1 }
        }
        return stage < plan.caps.count ? plan.caps[stage] : nil
    }

    /// - Returns: why a refusal is not true.
    func isTrue(_ refusal: DailyRefusal, at now: MonotonicInstant) -> String? {
        // A day is noticed with the millisecond after it has begun.
        if let earliest = refusal.earliest, earliest <= now + .milliseconds(2) { return nil }
        let today = day(now)
        switch refusal.cause {
        case .warmup(let source, let group, _, let cap, let sent):
            let taken = warmups[.warmup(source: source, group: group)]?.taken[today] ?? 0
            // What was taken yesterday and came back untried today may be booked on today.
            if sent < cap { return "\(source) has cap for \(group): \(sent) of \(cap)" }
            return taken <= 0 ? "\(source) has sent nothing to \(group) today" : nil
        case .warmupPaused(let source, _): return "\(source) is paused by nobody"
        case .reserving(let key): return "\(key) waits for a disk that is not there"
        case .quota(_, let key, let cap, let sent):
            let taken = quotas[key]?.taken[today] ?? 0
            if sent < cap || cap != world.quota(of: key) { return "\(key) has a quota left: \(sent) of \(cap)" }
            return taken <= 0 ? "\(key) has sent nothing today" : nil
        }
    }
}
