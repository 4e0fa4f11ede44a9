/// Deliveries in order, linked by their own `previous` and `next`: those of a flow, or of a destination that wait or are
/// unrouted. A delivery is in at most one of them.
struct DeliveryList {
    private(set) var head: UInt32 = .none
    private(set) var tail: UInt32 = .none
    private var size: UInt32 = 0

    var isEmpty: Bool { head == .none }
    var count: Int { Int(size) }

    mutating func append(_ delivery: UInt32, in deliveries: inout Slab<DeliveryEntry>) {
        deliveries[delivery].previous = tail
        deliveries[delivery].next = .none
        if tail == .none { head = delivery } else { deliveries[tail].next = delivery }
        tail = delivery
        size += 1
    }

    mutating func remove(_ delivery: UInt32, in deliveries: inout Slab<DeliveryEntry>) {
        let previous = deliveries[delivery].previous
        let next = deliveries[delivery].next
        if previous == .none { head = next } else { deliveries[previous].next = next }
        if next == .none { tail = previous } else { deliveries[next].previous = previous }
        deliveries[delivery].previous = .none
        deliveries[delivery].next = .none
        size -= 1
    }

    /// Cuts off the first of them, which stay linked to one another.
    /// - Parameter last: the `count`-th.
    mutating func removePrefix(_ count: Int, last: UInt32, in deliveries: inout Slab<DeliveryEntry>) {
        let rest = deliveries[last].next
        deliveries[last].next = .none
        head = rest
        if rest == .none { tail = .none } else { deliveries[rest].previous = .none }
        size -= UInt32(count)
    }

    /// Forgets all of them, which stay linked to one another.
    mutating func removeAll() { self = DeliveryList() }
}
