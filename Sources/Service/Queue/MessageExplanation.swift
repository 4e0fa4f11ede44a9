package import Mail

/// Where each delivery of a message is, and why.
package struct MessageExplanation: Sendable {
    package var id: UUIDv7
    package var status: MessageStatus
    package var at: WallTime
    /// In envelope order.
    package var deliveries: [DeliveryReport]
}

package struct DeliveryReport: Hashable, Sendable {
    /// The raw value is what the API shows.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Not tried yet.
        case queued
        /// Tried, and to be tried again.
        case deferred
        /// A connection carries it.
        case underWay = "under_way"
        case delivered, bounced, cancelled
    }

    package var recipient: String
    package var destination: String
    /// `nil`: the route is not known at present, or no longer of interest.
    package var site: String?
    package var pool: String?
    package var state: State
    /// `nil` when it has left the queue for good.
    package var wait: WaitReport?
    /// A sentence for what has left the queue; else that of `wait`.
    package var detail: String
    package var lastReply: String?
    package var attempts: Int
    /// When it is given up; `nil` when it has left the queue.
    package var expires: WallTime?
}
