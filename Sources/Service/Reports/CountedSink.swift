package import DNSAuth
package import Mail

/// Counts every message that comes in for the DMARC aggregate reports, whoever then takes it (RFC 9990 §3.1).
package struct CountedSink: InboundSink {
    private let sink: any InboundSink
    private let counts: AggregateAccumulator

    package init(_ sink: any InboundSink, counts: AggregateAccumulator) {
        self.sink = sink
        self.counts = counts
    }

    package func refusal(for recipient: Mailbox) async -> Reply? { await sink.refusal(for: recipient) }

    /// Counted once it has been taken, so that a message that is sent again is counted once. Nothing here acts on the
    /// policy: a message whose policy asks for more is reported with the reason.
    package func deliver(_ message: InboundMessage) async throws(Refusal) {
        try await sink.deliver(message)
        let isSpared = message.authentication.dmarc.disposition != .none
        count(message, disposition: isSpared ? AggregateRow.Disposition.none : nil, isSpared: isSpared)
    }

    package func refused(_ message: InboundMessage) async {
        await sink.refused(message)
        count(message, disposition: nil, isSpared: false)
    }

    private func count(_ message: InboundMessage, disposition: AggregateRow.Disposition?, isSpared: Bool) {
        let domains = Set(message.envelope.recipients.map(\.mailbox.domain))
        counts.record(
            message.authentication, from: message.client, disposition: disposition,
            overrides: isSpared ? [AggregateOverride(.localPolicy)] : [],
            recipient: domains.count == 1 ? domains.first : nil, at: message.receivedAt)
    }
}
