import Mail

/// A limit that stands before the configuration's for a time.
struct MeterOverride: Hashable, Sendable {
    var limit: TemporaryLimit
    /// On the clock of whoever set it.
    var end: UInt64
}

extension MeterTerms {
    /// The terms with the change, never looser than before.
    /// - Parameter connections: as many as there may be by other limits, for what only shrinks.
    func tightened(by limit: TemporaryLimit, connections most: Int?) -> MeterTerms {
        var terms = self
        switch limit.change {
        case .slow(let share):
            let share = min(1, max(share, 1e-6))
            if let rate = terms.messageRate {
                terms.messageRate = Figure(value: rate.value.scaled(by: share), rule: limit.rule)
            }
            if let rate = terms.connectionRate {
                terms.connectionRate = Figure(value: rate.value.scaled(by: share), rule: limit.rule)
            }
            if let most = [terms.connections?.value, most].compactMap(\.self).min() {
                terms.connections = Figure(value: max(1, Int(Double(most) * share)), rule: limit.rule)
            }
        case .set(let limits):
            terms.messageRate = Self.stricter(terms.messageRate, limits.messageRate, limit.rule)
            terms.connectionRate = Self.stricter(terms.connectionRate, limits.connectionRate, limit.rule)
            terms.connections = Self.smaller(terms.connections, limits.connections, limit.rule)
            terms.messagesPerConnection = Self.smaller(
                terms.messagesPerConnection, limits.messagesPerConnection, limit.rule)
        }
        return terms
    }

    /// Of each figure the stricter one.
    func strictest(_ other: MeterTerms) -> MeterTerms {
        var terms = self
        terms.messageRate = Self.stricter(messageRate, other.messageRate?.value, other.messageRate?.rule ?? "")
        terms.connectionRate = Self.stricter(
            connectionRate, other.connectionRate?.value, other.connectionRate?.rule ?? "")
        terms.connections = Self.smaller(connections, other.connections?.value, other.connections?.rule ?? "")
        terms.messagesPerConnection = Self.smaller(
            messagesPerConnection, other.messagesPerConnection?.value, other.messagesPerConnection?.rule ?? "")
        return terms
    }

    private static func smaller(_ old: Figure<Int>?, _ new: Int?, _ rule: String) -> Figure<Int>? {
        guard let new, new > 0, new < old?.value ?? .max else { return old }
        return Figure(value: new, rule: rule)
    }

    private static func stricter(_ old: Figure<RateLimit>?, _ new: RateLimit?, _ rule: String) -> Figure<RateLimit>? {
        guard let new else { return old }
        guard let old else { return Figure(value: new, rule: rule) }
        let both = old.value.stricter(new)
        return both == old.value ? old : Figure(value: both, rule: rule)
    }
}

extension RateLimit {
    /// The slower pace of both, and the smaller burst.
    func stricter(_ other: RateLimit) -> RateLimit {
        let slow = other.interval > interval ? other : self
        let small = min(burst, other.burst)
        return slow.burst == small
            ? slow : RateLimit(count: slow.count, per: slow.period, burst: small) ?? slow
    }

    /// So much of it, more than 0 and at most 1.
    func scaled(by share: Double) -> RateLimit {
        let small = max(1, Int(Double(burst) * share))
        let slow = RateLimit(count: count, per: period / share, burst: small)
        // Slower than anything that can be said: once a year.
        return slow ?? RateLimit(count: 1, per: .seconds(366 * 86_400), burst: 1) ?? self
    }
}
