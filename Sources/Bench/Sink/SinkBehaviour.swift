/// How a sink treats whoever brings mail. As it is made it takes everything at once.
package struct SinkBehaviour: Sendable, Equatable {
    /// Where a connection may break: instead of the answer to this step.
    package enum Phase: String, Sendable, CaseIterable {
        /// Before the greeting.
        case connect
        /// Right behind the greeting.
        case greeting
        case ehlo, mail, rcpt, data
        /// In the middle of the content.
        case content
        /// The content has come whole, and its sender does not hear of it.
        case afterContent = "after-content"
    }

    /// What a refusal turns away.
    package enum Scope: String, Sendable, CaseIterable {
        case recipient, message
    }

    /// Before each answer; commands that came in one write are answered in one.
    package var latency: Duration = .zero
    /// The shares, 0 to 1, that are refused for now (451) and for good (550).
    package var temporary = 0.0
    package var permanent = 0.0
    package var scope = Scope.recipient
    /// The shares, 0 to 1, of the steps at which the connection breaks.
    package var drops: [Phase: Double] = [:]
    /// Beyond so many at once, a connection is greeted with 421. `nil`: no limit.
    package var connectionLimit: Int?
    /// Behind so many messages a connection gets 421. `nil`: no limit.
    package var messageLimit: Int?
    /// Bytes a second that it reads of each connection. `nil`: as fast as they come.
    package var bytesPerSecond: Int?
    package var offersPipelining = true
    package var offersChunking = true
    package var offersTLS = false
    /// SIZE that is offered; 0: no limit known (RFC 1870 §3).
    package var sizeLimit = 0
    /// Of everything that is left to chance.
    package var seed: UInt64 = 1

    package init() {}
}
