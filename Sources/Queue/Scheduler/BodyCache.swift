/// Envelopes and contents of queued messages, up to a number of bytes. The journal has them all, so dropping one
/// costs a read, never mail.
///
/// What is dropped first: the bodies of messages that wait for a later time, longest wait first. When only messages
/// that are ready remain, the cache is full and a *new* body is not taken in: the queue serves the oldest first, so
/// dropping the least recently used one, as caches do, would always drop the one that is needed next.
struct BodyCache {
    private struct Entry {
        var body: QueuedBody?
        var message: UInt32
        var cost: Int
        var isIdle = false
        var previous: UInt32 = .none
        var next: UInt32 = .none
    }

    private var entries = Slab<Entry>()
    private var idleHead: UInt32 = .none
    private var idleTail: UInt32 = .none
    private(set) var bytes = 0
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { entries.count }

    /// Takes a body in and returns its place, or none when it does not fit. `dropped` is told the messages whose bodies
    /// had to go.
    mutating func insert(_ body: QueuedBody, message: UInt32, dropped: (UInt32) -> Void) -> UInt32 {
        let cost = body.cost
        while bytes + cost > capacity, idleHead != .none {
            let victim = idleHead
            dropped(entries[victim].message)
            remove(victim)
        }
        guard bytes + cost <= capacity else { return .none }
        bytes += cost
        return entries.insert(Entry(body: body, message: message, cost: cost))
    }

    subscript(_ place: UInt32) -> QueuedBody? { place == .none ? nil : entries[place].body }

    /// The message waits for a later time.
    mutating func rest(_ place: UInt32) {
        guard place != .none, !entries[place].isIdle else { return }
        entries[place].isIdle = true
        entries[place].previous = idleTail
        entries[place].next = .none
        if idleTail == .none { idleHead = place } else { entries[idleTail].next = place }
        idleTail = place
    }

    /// The message is ready again.
    mutating func wake(_ place: UInt32) {
        guard place != .none, entries[place].isIdle else { return }
        let entry = entries[place]
        entries[place].isIdle = false
        if entry.previous == .none { idleHead = entry.next } else { entries[entry.previous].next = entry.next }
        if entry.next == .none { idleTail = entry.previous } else { entries[entry.next].previous = entry.previous }
    }

    mutating func remove(_ place: UInt32) {
        guard place != .none else { return }
        wake(place)
        bytes -= entries[place].cost
        entries[place].body = nil
        entries.release(place)
    }
}
