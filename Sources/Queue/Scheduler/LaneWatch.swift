import Mail

/// The batches under way, and since when: finds those that ought to have come back. A lane is never taken from its
/// transport, which may still deliver; it is told of, and told of again when it comes back.
struct LaneWatch {
    struct UnderWay: Hashable {
        var site: SiteIndex
        var lane: Int
        /// The message's place in the scheduler.
        var message: UInt32
        var count: Int
        var since: MonotonicInstant
        var isOverdue = false
    }

    private var entries: [UnderWay?] = []
    private var free: [UInt32] = []

    init() {}

    var all: [UnderWay] { entries.compactMap { $0 } }

    /// Those that have been told of and are still under way.
    private(set) var overdue = 0

    /// - Returns: its place, for `end`.
    mutating func begin(_ batch: Batch, at now: MonotonicInstant) -> UInt32 {
        let entry = UnderWay(
            site: batch.site, lane: batch.lane, message: batch.message, count: batch.count, since: now)
        if let place = free.popLast() {
            entries[Int(place)] = entry
            return place
        }
        entries.append(entry)
        return UInt32(entries.count - 1)
    }

    /// - Returns: the batch, where it had been told of.
    mutating func end(_ place: UInt32) -> UnderWay? {
        let entry = entries[Int(place)]
        entries[Int(place)] = nil
        free.append(place)
        guard let entry, entry.isOverdue else { return nil }
        overdue -= 1
        return entry
    }

    /// Those that are under way for longer than the limit, each once.
    mutating func late(_ limit: Duration, now: MonotonicInstant) -> [UnderWay] {
        var found: [UnderWay] = []
        for place in entries.indices {
            guard let entry = entries[place], !entry.isOverdue, now - entry.since >= limit else { continue }
            entries[place]?.isOverdue = true
            overdue += 1
            found.append(entry)
        }
        return found
    }
}
