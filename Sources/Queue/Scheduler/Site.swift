import Mail

/// The number of a site within its shard. Given out anew once the site is forgotten.
typealias SiteIndex = UInt32

/// What the scheduler looks at for every batch of a site. All else is in its `SiteRecord`, which has the same number.
struct Site {
    var limits: SiteLimits
    var lanes = LaneSet()
    /// Lanes the site is trusted with at present; at most `limits.connections`.
    var allowance: Int32
    /// Deliveries in its flows.
    var ready: UInt32 = 0
    /// Deliveries under way.
    var carried: UInt32 = 0
    /// Transactional batches in a row while broadcast waited.
    var transactionalInRow: UInt16 = 0
    /// In the queue of sites that want a lane.
    var isQueued = false
    /// It could not be reached, and rests.
    var isBackedOff = false
    /// An operator or a rule wants it to rest.
    var isSuspended = false
    /// Held because of new connections only: one that is still open may be used.
    var isHeldForConnects = false
    /// Flows that are in no ring.
    var parked: UInt32 = 0
    /// Its counter among the scheduler's meters, or none.
    var meter: UInt32 = .none
    /// When its own limits will let something pass, on the scheduler's clock; 0: now.
    private var held: UInt64 = 0
    var transactional = StreamQueue()
    var broadcast = StreamQueue()
    /// Its flows, linked by their `previousOfSite` and `nextOfSite`.
    var firstFlow: UInt32 = .none
    /// Destinations that were last routed here, linked by their `previousOfSite` and `nextOfSite`.
    var firstDestination: UInt32 = .none

    init(limits: SiteLimits, allowance: Int) {
        self.limits = limits
        self.allowance = Int32(clamping: allowance)
    }

    var heldUntil: UInt64? {
        get { held == 0 ? nil : held }
        set { held = newValue ?? 0 }
    }

    /// Deliveries that may go, as far as their flows are concerned.
    var open: UInt32 { transactional.ready + broadcast.ready }

    var isIdle: Bool {
        ready == 0 && carried == 0 && lanes.count == 0 && !isBackedOff && held == 0 && firstDestination == .none
    }

    subscript(stream: MailStream) -> StreamQueue {
        get {
            switch stream {
            case .transactional: transactional
            case .broadcast: broadcast
            }
        }
        _modify {
            switch stream {
            case .transactional: yield &transactional
            case .broadcast: yield &broadcast
            }
        }
    }
}
