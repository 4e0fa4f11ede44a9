import Mail

/// The ready deliveries of one tenant and stream to one site, first in first out.
struct Flow {
    struct Key: Hashable {
        var site: SiteIndex
        var tenant: UInt32
        var stream: MailStream
    }

    var key: Key
    var head: UInt32 = .none
    var tail: UInt32 = .none
    var count = 0
    /// Deliveries it may still send in this round. Below zero after a large batch, which later rounds make up for.
    var deficit = 0
    /// Out of its ring: its tenant's limits let nothing pass at present.
    var isParked = false
    /// The next flow in its ring.
    var next: UInt32 = .none
}

/// The flows of a site and stream that have something to send, in the order in which they are served.
struct FlowRing {
    var head: UInt32 = .none
    var tail: UInt32 = .none

    var isEmpty: Bool { head == .none }

    mutating func append(_ flow: UInt32, in flows: inout Slab<Flow>) {
        flows[flow].next = .none
        if head == .none { head = flow } else { flows[tail].next = flow }
        tail = flow
    }

    mutating func popFirst(in flows: inout Slab<Flow>) -> UInt32? {
        guard head != .none else { return nil }
        let flow = head
        head = flows[flow].next
        if head == .none { tail = .none }
        flows[flow].next = .none
        return flow
    }
}
