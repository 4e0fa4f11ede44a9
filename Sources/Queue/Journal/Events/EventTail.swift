import Mail

/// The most recent events in memory, bounded by count and bytes, for consumers that keep up.
struct EventTail {
    private var events: [Event] = []
    private var head = 0
    /// Of their records on disk.
    private var lengths: [Int] = []
    private var bytes = 0
    /// Every event at or after this offset is here.
    private(set) var start: UInt64
    private let eventLimit: Int
    private let byteLimit: Int

    init(start: UInt64, events: Int, bytes: Int) {
        self.start = start
        eventLimit = events
        byteLimit = bytes
    }

    /// - Parameter length: of its record on disk.
    mutating func append(_ event: Event, length: Int) {
        events.append(event)
        lengths.append(length)
        bytes += Self.size(length)
        while events.count - head > 0, events.count - head > eventLimit || bytes > byteLimit {
            bytes -= Self.size(lengths[head])
            start = events[head].offset + 1
            head += 1
        }
        // Moved down in one go when half of the array is spent, so an event costs O(1).
        if head > 64, head * 2 > events.count {
            events.removeFirst(head)
            lengths.removeFirst(head)
            head = 0
        }
    }

    /// An event that is not kept: everything before it is no longer complete.
    mutating func skip(to offset: UInt64) {
        events.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        head = 0
        bytes = 0
        start = offset
    }

    /// `nil` when older ones are asked for than are here.
    func read(from offset: UInt64, limit: Int) -> (events: [Event], next: UInt64?)? {
        guard offset >= start else { return nil }
        var low = head
        var high = events.count
        while low < high {
            let middle = (low + high) / 2
            if events[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        let end = min(events.count, low + max(0, limit))
        guard end > low else { return ([], nil) }
        return (Array(events[low..<end]), events[end - 1].offset + UInt64(lengths[end - 1]))
    }

    /// Roughly its bytes in memory: an event holds no content.
    private static func size(_ length: Int) -> Int { min(length, 4_096) + 512 }
}
