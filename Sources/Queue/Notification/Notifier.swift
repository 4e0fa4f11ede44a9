import Mail

/// A recipient that will not get the message, and why.
struct FailedRecipient: Sendable {
    /// The place in the message's envelope.
    var recipient: UInt32
    var outcome: Outcome
    /// The attempt, from 1; 0 when it expired before the first.
    var number: Int
}

/// Tells the sender of a permanent failure (RFC 5321 §3.6.3, RFC 3461 §6).
struct Notifier {
    let hostname: String
    let options: NotificationOptions

    /// Whether a finished delivery is reported by mail.
    static func wantsNotice(of failure: FailedRecipient, facts: QueuedMessage) -> Bool {
        guard case .bounced(let reason) = failure.outcome.verdict, reason != .cancelled else { return false }
        // RFC 5321 §4.5.5: a notification never causes another.
        guard facts.envelope.sender != nil, facts.failureNotice == .sender else { return false }
        guard Int(failure.recipient) < facts.envelope.recipients.count else { return false }
        // RFC 3461 §4.1: without NOTIFY, failures are reported; NEVER and SUCCESS alone leave them out.
        return facts.envelope.recipients[Int(failure.recipient)].notify?.contains(.failure) ?? true
    }

    /// One notice for all recipients of a message that failed together, ready for intake. The message has a sender.
    func notice(
        of failed: [FailedRecipient], message: MessageFacts, body: QueuedBody, at time: WallTime
    ) -> Submission {
        let report = FailureReport(
            hostname: hostname, options: options, failed: failed, message: message, body: body, time: time)
        let content = report.compose()
        let sender = body.facts.envelope.sender
        return Submission(
            tenant: message.tenant, stream: .transactional,
            envelope: Envelope(
                // RFC 3461 §6.1, §6.2: null reverse-path, and nobody is told about this one.
                sender: nil,
                recipients: sender.map { [Recipient($0, notify: DSNNotify.never)] } ?? [],
                is8Bit: content.contains { $0 >= 0x80 },
                needsSMTPUTF8: report.isInternational),
            content: Content(original: content), origin: .notification, failureNotice: .eventOnly,
            isTest: message.isTest)
    }
}
