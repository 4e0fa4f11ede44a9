import Mail

@testable import Queue

extension Operation {
    /// The record of an accepted message of 1 KiB, with its checksums: what the caller's thread does for an append.
    static let journalEncoding = Operation("journal-encoding", count: 1_500) {
        let message = SampleMessage.accepted(1)
        return { times in
            for _ in 0..<times { keep(OutgoingRecord.accepted(message, keepingEvent: true, waiter: nil)) }
        }
    }
}

/// A message as the journal takes it.
enum SampleMessage {
    static func accepted(_ number: UInt64) -> AcceptedMessage {
        let content = Content(original: SampleMail.message(1_024))
        let recipient = Mailbox(localPart: "recipient", domain: Domain(canonical: "d1.bench.example"))
        return AcceptedMessage(
            id: id(number), tenant: SampleMail.tenant, at: SampleMail.time,
            facts: QueuedMessage(
                envelope: Envelope(
                    sender: Mailbox(localPart: "sender", domain: SampleMail.domain),
                    recipients: [Recipient(recipient)]),
                stream: .transactional, origin: .api(clientAddress: "192.0.2.7"), failureNotice: .sender, isTest: false,
                size: content.count, messageID: "<0190c5e1.1@bench.example>",
                headerFrom: "Sender <sender@bench.example>", headerTo: "recipient@d1.bench.example",
                subject: "A message of the bench", notBefore: nil, campaign: nil, tags: [], metadata: []),
            content: content)
    }

    static func id(_ number: UInt64) -> UUIDv7 {
        UUIDv7(at: SampleMail.time, random: (number, number &* 0x9E37_79B9_7F4A_7C15))
    }
}
