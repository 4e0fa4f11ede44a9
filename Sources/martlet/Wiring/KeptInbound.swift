import Mail

/// Keeps what arrives for the configured domains, durably, for whoever reads it later: bounce and feedback intake.
struct KeptInbound: InboundSink {
    let domains: Set<Domain>
    let inbox: any Inbox

    func refusal(for recipient: Mailbox) async -> Reply? {
        if domains.contains(recipient.domain) { return nil }
        // RFC 3463 §3.2: X.1.2 is a bad destination system address; this host relays for nobody.
        return Reply(code: 550, enhanced: EnhancedStatus(5, 1, 2), text: "Mail for that domain is not taken here")
    }

    func deliver(_ message: InboundMessage) async throws(Refusal) {
        try await inbox.deposit(
            InboxMessage(
                id: message.id, receivedAt: message.receivedAt, sender: message.envelope.sender,
                recipients: message.envelope.recipients.map(\.mailbox),
                content: message.content.added + message.content.original))
    }
}
