package import Mail

/// Where the server puts what it received, and whom it asks.
package enum MailDestination: Sendable {
    case queue(any Intake, policy: any SubmissionPolicy)
    case inbox(any Inbox)
    case inbound(InboundDesk)

    /// Whether each recipient is looked up before it is accepted.
    var asksForRecipients: Bool {
        switch self {
        case .queue, .inbox: false
        case .inbound: true
        }
    }

    var role: ServerRole {
        switch self {
        case .queue: .submission
        case .inbox: .inbox
        case .inbound: .inbound
        }
    }
}
