import Mail

/// What is known of a site beside its queue: looked at when something goes wrong, or when somebody asks.
struct SiteRecord {
    var name: String
    var health = SiteHealth()
    var feedback: ConcurrencyFeedback
    /// Since the site was made: attempts by verdict.
    var verdicts = VerdictCounts()
    /// The last reply that was not a success.
    var lastReply: Reply?
    /// Which sources send to it, once sources are configured and it has had mail.
    var egress: SiteEgress?

    init(name: String, feedback: ConcurrencyFeedback) {
        self.name = name
        self.feedback = feedback
    }
}

/// Deliveries by what became of an attempt.
struct VerdictCounts: Hashable, Sendable {
    var delivered = 0
    var deferred = 0
    var bounced = 0

    mutating func count(_ verdict: Verdict) {
        switch verdict {
        case .delivered: delivered += 1
        case .deferred: deferred += 1
        case .bounced: bounced += 1
        }
    }

    static func += (sum: inout Self, other: Self) {
        sum.delivered += other.delivered
        sum.deferred += other.deferred
        sum.bounced += other.bounced
    }
}

/// Whether a site can be reached at all (what Postfix calls a dead destination).
struct SiteHealth {
    private var until = UInt64.max
    private var began = UInt64.max
    /// Where the last connection that failed was bound for.
    var failedDestination: UInt32 = .none
    /// Probes that failed since the last back-off, at a provider.
    var failedProbes: Int32 = 0
    /// Back-offs in a row without a conversation between them.
    var backOffs: Int32 = 0
    var reason: DeferralReason?

    /// End of the present back-off on the scheduler's clock.
    var blockedUntil: UInt64? {
        get { until == .max ? nil : until }
        set { until = newValue ?? .max }
    }

    /// When the present or last back-off began: what was pulled before it tells nothing new.
    var blockedAt: UInt64? {
        get { began == .max ? nil : began }
        set { began = newValue ?? .max }
    }

    var isBackedOff: Bool { blockedUntil != nil }
}
