/// One queued delivery in memory: 36 bytes, all links are numbers. With its timer (16) and its message's entry (64) and
/// index place (8) a message to one recipient stays below 200 bytes.
struct DeliveryEntry {
    /// What a delivery is doing. Legal successors:
    ///   unrouted -> ready (route found), or gone (unroutable, expired, cancelled, moved to another shard)
    ///   waiting  -> unrouted (its time has come; the route is asked for afresh), or gone
    ///   ready    -> carried (pulled by a lane), or gone
    ///   carried  -> waiting (deferred), or gone
    enum State: UInt8 {
        /// In its destination's list until a route is known.
        case unrouted
        /// In a flow of its site until a lane pulls it.
        case ready
        /// Under way on a lane.
        case carried
        /// In the timer wheel until its time comes, and in its destination's list of those.
        case waiting
    }

    var message: UInt32
    /// The place in the message's envelope.
    var recipient: UInt32
    var destination: UInt32
    /// The flow while ready; otherwise none.
    var flow: UInt32 = .none
    /// Neighbours in the flow, in one of the destination's lists, or in the batch under way.
    var previous: UInt32 = .none
    var next: UInt32 = .none
    /// Neighbours among the deliveries of one message.
    var previousSibling: UInt32 = .none
    var nextSibling: UInt32 = .none
    /// Attempts made; stays at the largest value instead of overflowing.
    var attempts: UInt16
    var state: State
    /// The `DeferralReason` of the last attempt; 0 before it.
    var lastReason: UInt8 = 0
}
