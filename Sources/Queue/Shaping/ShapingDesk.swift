package import Mail

/// The rules of `shaping.yaml` as the scheduler sees them: it tells what a host answered and hears what follows. One for
/// all shards; asked only about deliveries that did not succeed, and told of successes in numbers.
package protocol ShapingDesk: Sendable {
    func observe(_ observation: ShapingObservation, at now: MonotonicInstant, wall: WallTime) -> ShapingVerdict
    /// Somebody has ended a hold, which may be a rule's: the next reply may set it anew.
    func lifted(_ hold: UUIDv7)
}

extension ShapingDesk {
    package func lifted(_ hold: UUIDv7) {}
}

/// One reply that was not a success, for one delivery. Where a connection failed without one, it is not told.
package struct ShapingObservation: Sendable {
    package var site: String
    /// `nil`: no sources are configured.
    package var source: String?
    package var tenant: UUIDv7
    /// The name of the host that answered; may be empty.
    package var host: String
    package var reply: Reply
    /// How often this delivery has been tried, with this attempt.
    package var attempt: Int

    package init(site: String, source: String?, tenant: UUIDv7, host: String, reply: Reply, attempt: Int) {
        self.site = site
        self.source = source
        self.tenant = tenant
        self.host = host
        self.reply = reply
        self.attempt = attempt
    }
}

/// What the rules say about one reply. Without a rule that matches it is `.nothing`.
package struct ShapingVerdict: Sendable {
    /// The delivery is given up although the reply was temporary. `BounceReason.policy`, with the reply.
    package var bounces = false
    /// The delivery is tried again after this time, whatever the retry plan says. With `failover` it is zero.
    package var retryIn: Duration?
    package var directives: [ShapingDirective] = []

    package static let nothing = ShapingVerdict()
    package init() {}
}

/// What a rule changes for more than the one delivery.
package enum ShapingDirective: Hashable, Sendable {
    /// `suspend`, and `failover`, which is a hold of (site, source) so that the pool's other sources take over.
    case hold(Hold)
    /// `slow(50%)` and `limit`: stands before the limits of the configuration until it ends, never looser than they are.
    case limit(TemporaryLimit)
}

/// A limit that a rule has set for a time.
package struct TemporaryLimit: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        /// Message rate, connection rate and connections times this share, more than 0 and less than 1. Where no rate is
        /// configured only the connections shrink.
        case slow(Double)
        case set(ThrottleLimits)
    }

    /// The rule of `shaping.yaml`.
    package var rule: String
    /// `.site` or `.siteAndSource`.
    package var key: MeterKey
    package var change: Change
    package var reply: String
    package var until: WallTime

    package init(rule: String, key: MeterKey, change: Change, reply: String, until: WallTime) {
        self.rule = rule
        self.key = key
        self.change = change
        self.reply = reply
        self.until = until
    }
}
