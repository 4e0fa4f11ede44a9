import Mail

/// When the last replies came, as many as a threshold needs: enough to count exactly.
struct ShapingWindow: Sendable {
    /// One reply of a host. The answer to a whole transaction is told once for each of its deliveries, all at the same
    /// instant: it counts once.
    struct Answer: Hashable, Sendable {
        var told: MonotonicInstant
        var reply: Int
    }

    /// Nanoseconds; oldest first, a ring once it is full.
    private var stamps: [Int64] = []
    private var head = 0
    private var lastAnswer: Answer?
    private(set) var last = Int64.min

    var count: Int { stamps.count }

    /// Counts a reply.
    /// - Parameter now: never earlier than in the call before.
    /// - Returns: whether it is at least the `limit`-th of those later than `period` ago.
    mutating func note(_ now: Int64, _ answer: Answer, limit: Int, period: Int64) -> Bool {
        if answer != lastAnswer {
            if stamps.count < limit {
                stamps.append(now)
            } else {
                stamps[head] = now
                head = head + 1 == limit ? 0 : head + 1
            }
            lastAnswer = answer
            last = now
        }
        return stamps.count == limit && now - stamps[head] < period
    }

    /// Whether forgetting it would change nothing.
    func isOver(at now: Int64, period: Int64) -> Bool { now - last >= period }
}
