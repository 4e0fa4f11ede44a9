package import Mail

/// What an inbound listener does with a message: finds out who sent it, writes that on top, and hands it to the sink.
///
/// The sink gets every message that is taken, also one that failed every check: judging it is the sink's work, unless
/// the operator wants the author domain's own wish obeyed at the door (`obeysPolicy`).
package struct InboundDesk: Sendable {
    let sink: any InboundSink
    let authenticator: any MessageAuthenticator
    let options: InboundOptions
    private let metrics = InboundMetrics()

    package init(sink: any InboundSink, authenticator: any MessageAuthenticator, options: InboundOptions) {
        self.sink = sink
        self.authenticator = authenticator
        self.options = options
    }

    /// Returns when the sink has it. The identifier names the message in the reply and in its Received field.
    func receive(
        _ message: ReceivedMessage, from origin: SMTPOrigin, at address: IPAddress, time: WallTime
    ) async throws(Refusal) -> StoreResult {
        let summary = HeaderSummary.scan(message.content)
        guard summary.bodyOffset <= options.headerSize else { return .faulty(.headerTooLarge) }
        // RFC 5321 §6.3
        guard summary.receivedCount <= options.maximumHops else { throw .mailLoop }
        let client = MessageClient(address: address.unmapped, helo: origin.helo, sender: message.envelope.sender)
        let original = Content(original: message.content)
        let results = await authenticator.authenticate(original, from: client, at: time)
        metrics.judged(results.dmarc.result)
        let id = UUIDv7(at: time)
        var content = authenticator.removingForgedResults(original, authority: options.authority)
        var added = authenticator.resultsField(results, from: client, authority: options.authority)
        TraceField(hostname: options.hostname, id: id, time: time)
            .append(to: &added, origin: .smtp(origin), envelope: message.envelope)
        content.added = added + content.added
        let inbound = InboundMessage(
            id: id, receivedAt: time, client: client, envelope: message.envelope, content: content,
            authentication: results, tls: origin.tls)
        if options.obeysPolicy, results.dmarc.result == .permerror {
            // RFC 9989 §11.5: whoever could not be refused under one name would take two.
            return .rejected(
                Reply(code: 550, enhanced: EnhancedStatus(5, 6, 0), text: "The From field names no one author"))
        }
        if options.obeysPolicy, results.dmarc.result == .fail, results.dmarc.disposition == .reject {
            metrics.refusedByPolicy()
            await sink.refused(inbound)
            return .rejected(Self.refusal(results.dmarc))
        }
        try await sink.deliver(inbound)
        return .accepted(id)
    }

    /// RFC 7372 §3.4 has the code for a message that failed several checks.
    private static func refusal(_ dmarc: DMARCOutcome) -> Reply {
        let domain = dmarc.author?.text ?? "its author's domain"
        return Reply(
            code: 550, enhanced: EnhancedStatus(5, 7, 26),
            text: "Refused by the DMARC policy of \(domain): neither SPF nor DKIM speaks for it")
    }
}

/// What the operator decides about inbound mail.
package struct InboundOptions: Sendable {
    /// The authserv-id (RFC 8601 §2.5). Fields of others that carry it are taken out.
    package var authority: String
    /// This host in Received fields.
    package var hostname: String
    /// Refuse mail that fails DMARC where the policy says `reject`. Off: it is only marked.
    package var obeysPolicy = false
    /// Received fields, before a message counts as running in a circle.
    package var maximumHops = 50
    /// Bytes up to the empty line.
    package var headerSize = 262_144

    /// - Parameter authority: `hostname` where it is nil.
    package init(hostname: String, authority: String? = nil) {
        self.hostname = hostname
        self.authority = authority ?? hostname
    }
}
