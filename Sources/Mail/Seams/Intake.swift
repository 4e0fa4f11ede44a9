/// The door of the queue: the only way a message gets in.
public protocol Intake: Sendable {
    /// Stamps identifier, Message-ID, Date and Received, appends the message to the journal, and returns when it would
    /// survive a power cut. Whoever calls may then say `250` or `202`, and not before.
    func accept(_ submission: Submission) async throws(Refusal) -> Receipt
}
