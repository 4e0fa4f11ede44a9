import Mail

/// The head of an `accepted` record: the summary, then everything else that is known of the message apart from its
/// bytes.
enum AcceptedCodec {
    private static let is8Bit: UInt8 = 1
    private static let needsSMTPUTF8: UInt8 = 2
    private static let hasSender: UInt8 = 4
    private static let hasReturn: UInt8 = 8
    /// In records whose summary has no place for it.
    private static let hasCampaign: UInt8 = 16

    /// - Returns: how many of the bytes are the summary.
    static func encode(_ message: AcceptedMessage, into out: inout RecordEncoder) -> Int {
        let start = out.count
        Summary.encode(message, into: &out)
        let summary = out.count - start
        let facts = message.facts
        let envelope = facts.envelope
        out.put(count: message.content.added.count)
        out.put(facts.failureNotice.rawValue)
        var flags: UInt8 = 0
        if envelope.is8Bit { flags |= is8Bit }
        if envelope.needsSMTPUTF8 { flags |= needsSMTPUTF8 }
        if envelope.sender != nil { flags |= hasSender }
        if envelope.returnOption != nil { flags |= hasReturn }
        out.put(flags)
        if let sender = envelope.sender { put(sender, into: &out) }
        if let option = envelope.returnOption { out.put(option.rawValue) }
        out.put(optional: envelope.envelopeID)
        for recipient in envelope.recipients {
            out.put(recipient.mailbox.localPart)
            // NOTIFY=NEVER is the empty set, so "not given" needs a value of its own.
            out.put(recipient.notify?.rawValue ?? 0xFF)
            out.put(optional: recipient.originalRecipient)
        }
        OriginCodec.encode(facts.origin, into: &out)
        out.put(facts.messageID)
        out.put(facts.headerFrom)
        out.put(facts.headerTo)
        out.put(facts.subject)
        out.put(count: facts.tags.count)
        for tag in facts.tags { out.put(tag) }
        out.put(count: facts.metadata.count)
        for (key, value) in facts.metadata {
            out.put(key)
            out.put(value)
        }
        return summary
    }

    /// - Returns: the message without its content, and how many of the content's bytes are `Content.added`.
    static func decode(
        _ decoder: inout RecordDecoder
    ) throws(CodecFailure) -> (message: AcceptedMessage, added: Int) {
        let summary = try Summary(from: &decoder)
        let added = try decoder.number()
        guard let notice = FailureNotice(rawValue: try decoder.byte()) else { throw .badValue }
        let flags = try decoder.byte()
        guard flags < 32 else { throw .badValue }
        let sender = flags & hasSender != 0 ? try mailbox(&decoder) : nil
        var option: DSNReturn?
        if flags & hasReturn != 0 {
            option = DSNReturn(rawValue: try decoder.byte())
            guard option != nil else { throw .badValue }
        }
        let campaign = flags & hasCampaign != 0 ? try decoder.identifier() : summary.campaign
        let envelopeID = try decoder.optionalText()
        guard summary.recipientCount <= decoder.remaining / 3 else { throw .truncated }
        var recipients: [Recipient] = []
        recipients.reserveCapacity(summary.recipientCount)
        for index in 0..<summary.recipientCount {
            let mailbox = Mailbox(localPart: try decoder.text(), domain: summary.domain(ofRecipient: index))
            let notify = try decoder.byte()
            recipients.append(
                Recipient(
                    mailbox, notify: notify == 0xFF ? nil : DSNNotify(rawValue: notify),
                    originalRecipient: try decoder.optionalText()))
        }
        let origin = try OriginCodec.decode(&decoder)
        let messageID = try decoder.text()
        let from = try decoder.text()
        let to = try decoder.text()
        let subject = try decoder.text()
        var tags: [String] = []
        for _ in 0..<(try decoder.count()) { tags.append(try decoder.text()) }
        var metadata: [(key: String, value: String)] = []
        for _ in 0..<(try decoder.count(width: 2)) { metadata.append((try decoder.text(), try decoder.text())) }
        let facts = QueuedMessage(
            envelope: Envelope(
                sender: sender, recipients: recipients, is8Bit: flags & is8Bit != 0,
                needsSMTPUTF8: flags & needsSMTPUTF8 != 0, returnOption: option, envelopeID: envelopeID),
            stream: summary.stream, origin: origin, failureNotice: notice, isTest: summary.isTest, size: summary.size,
            messageID: messageID, headerFrom: from, headerTo: to, subject: subject, notBefore: summary.notBefore,
            campaign: campaign, tags: tags, metadata: metadata)
        let message = AcceptedMessage(
            id: summary.id, tenant: summary.tenant, at: summary.at, facts: facts, content: Content(original: []))
        return (message, added)
    }

    static func put(_ mailbox: Mailbox, into out: inout RecordEncoder) {
        out.put(mailbox.localPart)
        out.put(mailbox.domain.text)
    }

    static func mailbox(_ decoder: inout RecordDecoder) throws(CodecFailure) -> Mailbox {
        let localPart = try decoder.text()
        return Mailbox(localPart: localPart, domain: Domain(canonical: try decoder.text()))
    }
}
