/// A hierarchical timer wheel (Varghese and Lauck 1987, scheme 7) for entries that have numbers: setting, moving and
/// cancelling a timer are O(1) whatever the number of timers, which is what lets *every* queued delivery have one.
///
/// Seven levels of 64 slots; a slot of level n is 64^n milliseconds wide. A timer lies in the level of the highest bits
/// in which its time differs from the wheel's, and moves down at most six times before it fires. A bitmap per level
/// finds the next slot in use without looking at empty ones. Lists keep the order of insertion, so deliveries that are
/// due at one time come out side by side and can share a transaction.
///
/// Times are milliseconds since a start of the caller's choosing. Timers fire at or after their time, never before.
struct TimerWheel {
    private static var levels: Int { 7 }
    /// Beyond 69 years: clamped.
    private static var furthest: UInt64 { 1 << 41 }

    /// 16 bytes per timer. `place` holds the time in its upper 48 bits and the slot plus one in its lower 16.
    private struct Node {
        var place: UInt64 = 0
        var previous: UInt32 = .none
        var next: UInt32 = .none

        var time: UInt64 { place >> 16 }
        /// -1: not set.
        var slot: Int { Int(place & 0xFFFF) - 1 }
    }

    private var nodes = ChunkedArray<Node>()
    /// First node of the circular list of each slot.
    private var heads = [UInt32](repeating: .none, count: levels * 64)
    private var occupied = [UInt64](repeating: 0, count: levels)
    /// The time up to which timers have fired.
    private(set) var elapsed: UInt64 = 0
    private(set) var count = 0

    init() {}

    /// Sets the timer of an entry, or moves it. A time in the past fires at the next `advance`.
    mutating func set(_ entry: UInt32, at time: UInt64) {
        while nodes.count <= Int(entry) { nodes.append(Node()) }
        if nodes[entry].slot >= 0 { unlink(entry) }
        link(entry, time: min(max(time, elapsed), Self.furthest))
    }

    mutating func cancel(_ entry: UInt32) {
        guard Int(entry) < nodes.count, nodes[entry].slot >= 0 else { return }
        unlink(entry)
    }

    /// When the entry's timer fires; `nil` when none is set.
    func time(of entry: UInt32) -> UInt64? {
        guard Int(entry) < nodes.count, nodes[entry].slot >= 0 else { return nil }
        return nodes[entry].time
    }

    /// When `advance` has something to do next; at or before the time of the earliest timer.
    var nextTime: UInt64? { nextSlot()?.start }

    /// Moves the wheel on and appends the entries whose time has come, in order of time.
    mutating func advance(to now: UInt64, fired: inout [UInt32]) {
        while let (slot, start) = nextSlot(), start <= now {
            elapsed = max(elapsed, start)
            var entry = heads[slot]
            heads[slot] = .none
            occupied[slot >> 6] &= ~(1 << UInt64(slot & 63))
            let last = nodes[entry].previous
            while true {
                let next = nodes[entry].next
                let time = nodes[entry].time
                count -= 1
                if time <= elapsed {
                    nodes[entry].place = 0
                    fired.append(entry)
                } else {
                    link(entry, time: time)
                }
                if entry == last { break }
                entry = next
            }
        }
        elapsed = max(elapsed, now)
    }

    private func nextSlot() -> (slot: Int, start: UInt64)? {
        // A lower level always comes before a higher one: it lies within the higher level's present slot.
        for level in 0..<Self.levels where occupied[level] != 0 {
            let shift = UInt64(level * 6)
            let present = (elapsed >> shift) & 63
            let ahead = occupied[level] >> present
            // No slot behind the present one can be in use: it would have fired.
            let slot = present + UInt64(ahead.trailingZeroBitCount)
            let start = (elapsed >> (shift + 6)) << (shift + 6) + slot << shift
            return (level * 64 + Int(slot), start)
        }
        return nil
    }

    private mutating func link(_ entry: UInt32, time: UInt64) {
        let differing = elapsed ^ time
        let level = differing == 0 ? 0 : (63 - differing.leadingZeroBitCount) / 6
        let slot = level * 64 + Int((time >> UInt64(level * 6)) & 63)
        nodes[entry].place = time << 16 | UInt64(slot + 1)
        let head = heads[slot]
        if head == .none {
            nodes[entry].previous = entry
            nodes[entry].next = entry
            heads[slot] = entry
            occupied[level] |= 1 << UInt64(slot & 63)
        } else {
            let tail = nodes[head].previous
            nodes[entry].previous = tail
            nodes[entry].next = head
            nodes[tail].next = entry
            nodes[head].previous = entry
        }
        count += 1
    }

    private mutating func unlink(_ entry: UInt32) {
        let node = nodes[entry]
        if node.next == entry {
            heads[node.slot] = .none
            occupied[node.slot >> 6] &= ~(1 << UInt64(node.slot & 63))
        } else {
            nodes[node.previous].next = node.next
            nodes[node.next].previous = node.previous
            if heads[node.slot] == entry { heads[node.slot] = node.next }
        }
        nodes[entry].place = 0
        count -= 1
    }
}
