/// What one connection, one delivery attempt and one write may use.
package struct ClientLimits: Hashable, Sendable {
    /// Transactions on one connection before it is closed; at least 1.
    package var messagesPerConnection = 100
    /// A connection that nobody needs for this long is closed with QUIT.
    package var idleTimeout: Duration = .seconds(5)
    /// Addresses tried in one attempt, over all hosts.
    package var addressesPerAttempt = 5
    /// Of these, the ones that may get as far as a greeting before the delivery waits for its next attempt.
    package var sessionsPerAttempt = 2
    /// RFC 2920 §3.1: commands in one write. Bounded, so that neither side blocks on the other's full buffer.
    package var commandGroup = 16_384
    /// Content up to this many bytes goes by BDAT where CHUNKING is offered and there is one recipient, because it then
    /// travels in the same write as MAIL and RCPT and saves a round trip. 0 switches BDAT off.
    package var chunkedContent = 16_384
    /// A host whose STARTTLS failed is spoken to in the clear for this long (opportunistic TLS only).
    package var brokenTLSMemory: Duration = .seconds(3_600)

    package init() {}
}
