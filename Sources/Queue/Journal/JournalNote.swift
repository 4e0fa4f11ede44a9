package import Mail

/// What happened to a message after it was accepted. `number` is what `Journal.accept` returned.
package enum JournalNote: Sendable {
    /// One attempt at one recipient. The verdicts delivered and bounced finish that recipient.
    case attempted(message: UUIDv7, number: UInt64, tenant: UUIDv7, at: WallTime, Attempt)
    /// These recipients were taken out of the queue, which finishes them.
    case cancelled(message: UUIDv7, number: UInt64, tenant: UUIDv7, at: WallTime, recipients: [UInt32])
    /// An operator has given these recipients up, which finishes them. Of `by` 256 bytes are kept, of `reason` 1,024.
    case bounced(
        message: UUIDv7, number: UInt64, tenant: UUIDv7, at: WallTime, recipients: [UInt32], by: String,
        reason: String)

    package var at: WallTime {
        switch self {
        case .attempted(_, _, _, let at, _), .cancelled(_, _, _, let at, _), .bounced(_, _, _, let at, _, _, _): at
        }
    }
}
