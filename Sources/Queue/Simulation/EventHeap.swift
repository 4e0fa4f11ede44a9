/// What happens next in a simulation: a binary heap of events by time and, at one time, in the order of their making, so
/// that the same seed gives the same course.
struct EventHeap {
    struct Event {
        enum Kind: UInt8 {
            /// A traffic script hands in mail; its place.
            case arrival
            /// A burst hands in its next part; its place among those under way.
            case burst
            /// A batch comes back; its place among those under way.
            case landing
            /// A batch asks again for a connection; its place among those under way.
            case connect
            /// An operator does something; its place in the plan.
            case verb
            /// A day of the report ends.
            case dayEnd
        }

        /// Nanoseconds on the simulated monotonic clock.
        var time: Int64
        fileprivate var order: UInt64 = 0
        var kind: Kind
        var index: UInt32

        init(_ kind: Kind, _ index: Int, at time: Int64) {
            self.time = time
            self.kind = kind
            self.index = UInt32(index)
        }

        fileprivate func isBefore(_ other: Self) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    private var events: [Event] = []
    private var made: UInt64 = 0

    init() {}

    var isEmpty: Bool { events.isEmpty }

    /// The time of the next event.
    var nextTime: Int64? { events.first?.time }

    mutating func push(_ event: Event) {
        var event = event
        event.order = made
        made += 1
        events.append(event)
        var place = events.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard event.isBefore(events[parent]) else { break }
            events[place] = events[parent]
            place = parent
        }
        events[place] = event
    }

    mutating func pop() -> Event? {
        guard let first = events.first, let last = events.popLast() else { return nil }
        guard !events.isEmpty else { return first }
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < events.count else { break }
            if child + 1 < events.count, events[child + 1].isBefore(events[child]) { child += 1 }
            guard events[child].isBefore(last) else { break }
            events[place] = events[child]
            place = child
        }
        events[place] = last
        return first
    }
}
