package import Mail

/// Which deliveries an operator means. What is `nil` matches everything; at least one must be given, so that nobody
/// bounces the whole queue by leaving a field out (`everything` says it outright).
package struct QueueSelector: Hashable, Sendable {
    package var site: String?
    package var destination: Domain?
    package var tenant: UUIDv7?
    package var campaign: UUIDv7?
    package var stream: MailStream?
    package var message: UUIDv7?
    /// Those that take this pool at present.
    package var pool: String?
    package var everything = false
    /// Of a re-route: also what is accepted later. Others leave it out of account.
    package var andLater = false

    package init() {}

    package var isEmpty: Bool {
        var bare = self
        bare.andLater = false
        return bare == QueueSelector()
    }
}

/// What a verb did.
package struct VerbResult: Hashable, Sendable {
    /// Deliveries that it changed.
    package var deliveries = 0
    /// Messages they belong to. One whose deliveries live in several shards counts in each.
    package var messages = 0
    /// Matching deliveries that a lane carries at this moment. Cancelled and bounced ones are not tried again; what is
    /// flushed or re-routed goes its new way if it comes back.
    package var underWay = 0

    package init() {}

    package static func += (sum: inout Self, other: Self) {
        sum.deliveries += other.deliveries
        sum.messages += other.messages
        sum.underWay += other.underWay
    }
}

package enum ControlFailure: Error, Hashable, Sendable {
    case selectsNothing
    case unknownPool(String)
    case unknownSource(String)
    /// The name of no site that has mail or is held.
    case unknownSite(String)
    case unknownHold
    /// The end lies in the past.
    case alreadyOver
    /// It could not be made durable, so it was not done.
    case storage
    /// The journal failed on the way. A part has left the queue, and is written down as soon as that is possible.
    case brokenOff
    case shuttingDown
}
