package import Mail

/// A message as the journal keeps it: everything needed to deliver it after a restart.
package struct AcceptedMessage: Sendable {
    package var id: UUIDv7
    package var tenant: UUIDv7
    package var at: WallTime
    package var facts: QueuedMessage
    package var content: Content
    /// One per recipient in envelope order; empty stands for "nothing has been tried yet". `Journal.accept` expects it
    /// empty for a new message; `Journal.load` always fills it.
    package var recipientStates: [RecipientState]

    package init(
        id: UUIDv7, tenant: UUIDv7, at: WallTime, facts: QueuedMessage, content: Content,
        recipientStates: [RecipientState] = []
    ) {
        self.id = id
        self.tenant = tenant
        self.at = at
        self.facts = facts
        self.content = content
        self.recipientStates = recipientStates
    }
}

/// How far the delivery to one recipient has come.
package struct RecipientState: Hashable, Sendable {
    /// Attempts made so far.
    package var attempts: Int
    /// When a deferred delivery is due; `nil` before the first attempt.
    package var nextAttempt: WallTime?
    /// Delivered, bounced or cancelled: nothing is left to do.
    package var isFinished: Bool

    package init(attempts: Int = 0, nextAttempt: WallTime? = nil, isFinished: Bool = false) {
        self.attempts = attempts
        self.nextAttempt = nextAttempt
        self.isFinished = isFinished
    }
}
