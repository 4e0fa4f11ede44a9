package import Loop

/// What a source sends, and how.
package struct LoadPlan: Sendable {
    package enum Extent: Sendable, Equatable {
        /// So many messages.
        case messages(Int)
        /// As many as go in this time.
        case time(Duration)
    }

    package var target: SocketAddress
    package var extent: Extent
    /// Bytes of the body; the header is some 300 more.
    package var size = 1024
    /// Sessions at once.
    package var connections = 20
    /// Messages on one connection, then it is opened anew. `nil`: it is kept.
    package var perConnection: Int?
    /// Domains that recipients have, in turn.
    package var domains = 1
    /// The envelope in one write, where the server offers PIPELINING.
    package var isPipelining = false
    package var isTLS = false
    /// Of the body's text.
    package var seed: UInt64 = 1
    /// Messages a second, evenly spaced, whether or not those before have been answered. `nil`: as fast as it goes.
    package var rate: Double?
    /// Event loops.
    package var loops = 1
    package var sender = "a@src.example"
    /// How often a message that is refused or breaks off is tried, the first time included.
    package var attempts = 5
    /// The pause before the second attempt; before the third twice that, and so on.
    package var pause: Duration = .milliseconds(100)
    /// The longest time for one step of one session.
    package var patience: Duration = .seconds(60)

    package init(target: SocketAddress, extent: Extent) {
        self.target = target
        self.extent = extent
    }
}
