package import Mail

/// What happened to a message after it was accepted. `number` is what `Journal.accept` returned.
package enum JournalNote: Sendable {
    /// One attempt at one recipient. The verdicts delivered and bounced finish that recipient.
    case attempted(message: UUIDv7, number: UInt64, tenant: UUIDv7, at: WallTime, Attempt)
    /// These recipients were taken out of the queue, which finishes them.
    case cancelled(message: UUIDv7, number: UInt64, tenant: UUIDv7, at: WallTime, recipients: [UInt32])
}
