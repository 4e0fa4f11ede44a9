import Synchronization

/// Which messages a sink has acknowledged, each counted once, and how long they were on their way.
final class ArrivalBook: Sendable {
    struct Entries {
        /// One bit for each number of the load.
        var seen: [UInt64] = []
        var arrived = 0
        /// Messages that had come before.
        var repeated = 0
        /// Messages without a number; each counts as one of its own.
        var unnumbered = 0
        var refused = 0
        var dropped = 0
        var connections = 0
        var mostOpen = 0
        var open = 0
        /// Nanoseconds of CLOCK_MONOTONIC.
        var first: UInt64 = 0
        var last: UInt64 = 0
        var latency = LatencyRecorder()

        mutating func arrive(sent: UInt64?, number: Int?, at: UInt64) {
            if let number {
                guard mark(number) else {
                    repeated += 1
                    return
                }
            } else {
                unnumbered += 1
            }
            arrived += 1
            if first == 0 { first = at }
            last = max(last, at)
            if let sent { latency.record(from: sent, to: at) }
        }

        /// - Returns: false when the number was there already.
        private mutating func mark(_ number: Int) -> Bool {
            let (word, bit) = (number >> 6, UInt64(1) << UInt64(number & 63))
            if word >= seen.count {
                seen += Array(repeating: 0, count: word + 1 - seen.count + min(seen.count, 1 << 16))
            }
            if seen[word] & bit != 0 { return false }
            seen[word] |= bit
            return true
        }
    }

    /// Beyond this a number is not believed: the bits would take too much memory.
    static let largestNumber = 1 << 30

    private let entries = Mutex(Entries())

    /// - Parameter at: nanoseconds of CLOCK_MONOTONIC.
    func arrive(_ field: SentField, at: UInt64) {
        let number = field.number.flatMap { $0 < Self.largestNumber ? $0 : nil }
        entries.withLock { $0.arrive(sent: field.sent, number: number, at: at) }
    }

    /// - Returns: the number of the connection, and how many are open with it.
    func opened() -> (number: Int, open: Int) {
        entries.withLock { entries in
            entries.connections += 1
            entries.open += 1
            entries.mostOpen = max(entries.mostOpen, entries.open)
            return (entries.connections, entries.open)
        }
    }

    func closed() { entries.withLock { $0.open -= 1 } }

    /// A recipient or a message was turned away.
    func refused() { entries.withLock { $0.refused += 1 } }

    /// A connection was broken off.
    func dropped() { entries.withLock { $0.dropped += 1 } }

    var counts: (done: Int, failed: Int) { entries.withLock { ($0.arrived, $0.refused) } }

    func end(start: UInt64) -> LoadReport {
        entries.withLock { entries in
            var remarks: [String] = []
            if entries.repeated > 0 { remarks.append("repeated messages: \(entries.repeated)") }
            if entries.dropped > 0 { remarks.append("connections dropped: \(entries.dropped)") }
            remarks.append("most connections at once: \(entries.mostOpen)")
            return .end(
                first: entries.first == 0 ? start : entries.first, last: max(entries.last, start),
                done: entries.arrived, failed: entries.refused, connections: entries.connections,
                latency: entries.latency.summary, remarks: remarks)
        }
    }
}
