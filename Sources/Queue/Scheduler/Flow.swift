import Mail

/// The ready deliveries of one group to one site, first in first out.
struct Flow {
    struct Key: Hashable {
        var site: SiteIndex
        var group: UInt32

        var packed: UInt64 { UInt64(site) << 32 | UInt64(group) }
    }

    /// What keeps a flow out of its ring.
    enum Park: UInt8 {
        case no
        /// A limit of the configuration.
        case limit
        /// Today's cap.
        case daily
        case hold
        /// None of its sources may send to the site now.
        case sources
    }

    var key: Key
    var list = DeliveryList()
    /// While it is in a ring: whose.
    var turn: UInt32 = .none
    var park = Park.no
    /// Neighbours in its ring.
    var previous: UInt32 = .none
    var next: UInt32 = .none
    /// Neighbours among the flows of the site.
    var previousOfSite: UInt32 = .none
    var nextOfSite: UInt32 = .none
    /// Neighbours among the flows of the group.
    var previousOfGroup: UInt32 = .none
    var nextOfGroup: UInt32 = .none

    var isParked: Bool { park != .no }
}

/// One tenant's turn at a site, in one stream: its flows (campaigns, pools) go round inside it, so that fifty campaigns
/// get no more than one.
struct TenantTurn {
    struct Key: Hashable {
        var site: SiteIndex
        var tenant: UInt32
        var stream: MailStream

        /// The upper bit of the tenant's number is free: two billion tenants are enough.
        var packed: UInt64 {
            UInt64(site) << 32 | UInt64(tenant & 0x7FFF_FFFF) << 1 | (stream == .broadcast ? 1 : 0)
        }
    }

    enum Place: UInt8 {
        case nowhere, fresh, old
    }

    var key: Key
    /// Its flows that may go. One that is empty may be among them, if it is the only one: the next message of thin
    /// traffic finds it there.
    var head: UInt32 = .none
    var tail: UInt32 = .none
    /// Deliveries in them.
    var ready: UInt32 = 0
    /// Deliveries it may still send in this round. Below zero after a large batch, which later rounds make up for.
    var deficit: Int32
    var place = Place.nowhere
    /// The next one in its list.
    var next: UInt32 = .none

    mutating func append(_ flow: UInt32, in flows: inout Slab<Flow>) {
        flows[flow].previous = tail
        flows[flow].next = .none
        if tail == .none { head = flow } else { flows[tail].next = flow }
        tail = flow
    }

    mutating func remove(_ flow: UInt32, in flows: inout Slab<Flow>) {
        let previous = flows[flow].previous
        let next = flows[flow].next
        if previous == .none { head = next } else { flows[previous].next = next }
        if next == .none { tail = previous } else { flows[next].previous = previous }
        flows[flow].previous = .none
        flows[flow].next = .none
    }
}

/// One stream at a site: the turns of its tenants.
///
/// Two lists, as RFC 8290 §4.2 has them for flows of packets: a tenant that becomes active is *fresh* and is served
/// before those that have had a turn, so that one password reset does not wait behind a campaign; after its quantum it is
/// *old*. One that runs dry joins the old ones, too, before it is forgotten: so nobody is fresh again by sending little
/// at a time, and each tenant can go before the others only once in a round.
struct StreamQueue {
    struct List {
        private(set) var head: UInt32 = .none
        private var tail: UInt32 = .none

        mutating func append(_ turn: UInt32, in turns: inout Slab<TenantTurn>) {
            turns[turn].next = .none
            if head == .none { head = turn } else { turns[tail].next = turn }
            tail = turn
        }

        mutating func popFirst(in turns: inout Slab<TenantTurn>) -> UInt32? {
            guard head != .none else { return nil }
            let turn = head
            head = turns[turn].next
            if head == .none { tail = .none }
            turns[turn].next = .none
            return turn
        }
    }

    var fresh = List()
    var old = List()
    /// Deliveries in flows that may go.
    var ready: UInt32 = 0
}
