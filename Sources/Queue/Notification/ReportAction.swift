import Mail

/// What a notice tells of its recipients: the Action field (RFC 3464 §2.3.3).
enum ReportAction: Hashable, Sendable {
    /// It will not be tried again.
    case failed
    /// It is still being tried, until then.
    case delayed(until: WallTime)
    /// A host has taken it that does not send notices of its own (RFC 3461 §5.2.2).
    case relayed

    var word: StaticString {
        switch self {
        case .failed: "failed"
        case .delayed: "delayed"
        case .relayed: "relayed"
        }
    }

    var subject: StaticString {
        switch self {
        case .failed: "Undelivered mail returned to sender"
        case .delayed: "Delayed mail (still being tried)"
        case .relayed: "Mail relayed without confirmation"
        }
    }
}

/// One recipient of a notice, and what became of the delivery so far.
struct ReportedRecipient: Sendable {
    /// The place in the message's envelope.
    var recipient: UInt32
    var outcome: Outcome
    /// The attempt, from 1; 0 when there was none.
    var number: Int
}

/// A recipient that will not get the message, and why.
typealias FailedRecipient = ReportedRecipient
