/// How failures, delays and hand-overs are reported to senders.
package struct NotificationOptions: Hashable, Sendable {
    /// Local part of the author of notices; the domain is the host's name.
    package var author = "MAILER-DAEMON"
    /// Shown beside the address.
    package var displayName = "Mail Delivery System"
    /// Content up to this size is given back whole where the sender asked for that (RET=FULL, RFC 3461 §4.3); above
    /// it, and by default, the header section only.
    package var fullReturnLimit = 50_000
    /// Whether the whole content is given back when the sender did not say (RFC 3461 §4.3 leaves it to us).
    package var returnsFullByDefault = false
    /// Time after acceptance (or a scheduled time) at which the sender of a message that is still in the queue hears of
    /// it, once for each recipient (RFC 5321 §4.5.4.1). `nil`: never.
    package var delayAfter: Duration?
    /// How often a notice that intake refuses is tried, and the first wait, which doubles.
    package var tries = 8
    package var retry = Duration.seconds(5)

    package init() {}
}
