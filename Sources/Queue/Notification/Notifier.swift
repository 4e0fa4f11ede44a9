import Mail

/// Tells the sender what became of a message: of a permanent failure (RFC 5321 §3.6.3, RFC 3461 §6), of a delay, and
/// that a host took it which will not confirm the delivery.
struct Notifier {
    let hostname: String
    let options: NotificationOptions

    /// Whether a finished delivery is reported by mail as a failure.
    static func wantsNotice(of failure: FailedRecipient, facts: QueuedMessage) -> Bool {
        guard case .bounced(let reason) = failure.outcome.verdict, reason != .cancelled else { return false }
        // RFC 3461 §4.1: without NOTIFY, failures are reported; NEVER and SUCCESS alone leave them out.
        guard mayTell(facts), let recipient = Self.recipient(failure.recipient, facts) else { return false }
        return recipient.notify?.contains(.failure) ?? true
    }

    /// Whether the sender hears that a delivery takes longer (RFC 3461 §5.2.5). Without NOTIFY it is left to us.
    static func wantsDelayNotice(of recipient: UInt32, facts: QueuedMessage) -> Bool {
        guard mayTell(facts), let recipient = Self.recipient(recipient, facts) else { return false }
        return recipient.notify?.contains(.delay) ?? true
    }

    /// Whether any recipient of a message may be told of.
    static func mayTellDelay(_ facts: QueuedMessage) -> Bool {
        mayTell(facts) && facts.envelope.recipients.contains { $0.notify?.contains(.delay) ?? true }
    }

    /// Whether the sender asked for a confirmation that the next host will not give (RFC 3461 §5.2.2).
    static func wantsRelayNotice(of outcome: Outcome, to recipient: UInt32, facts: QueuedMessage) -> Bool {
        guard outcome.offersDSN == false, outcome.verdict == .delivered, mayTell(facts),
            let recipient = Self.recipient(recipient, facts)
        else { return false }
        return recipient.notify?.contains(.success) ?? false
    }

    /// RFC 5321 §4.5.5: a notification never causes another.
    private static func mayTell(_ facts: QueuedMessage) -> Bool {
        facts.envelope.sender != nil && facts.failureNotice == .sender
    }

    private static func recipient(_ place: UInt32, _ facts: QueuedMessage) -> Recipient? {
        let recipients = facts.envelope.recipients
        return Int(place) < recipients.count ? recipients[Int(place)] : nil
    }

    /// One notice for all recipients of a message that fared alike together, ready for intake. The message has a sender.
    func notice(
        _ action: ReportAction = .failed, of recipients: [ReportedRecipient], message: MessageFacts, body: QueuedBody,
        at time: WallTime
    ) -> Submission {
        let report = StatusReport(
            hostname: hostname, options: options, action: action, recipients: recipients, message: message, body: body,
            time: time)
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
