import Mail

/// A send that was found good, as the bytes and the envelope that will go out.
struct ComposedSend: Sendable {
    var id: UUIDv7
    var messageID: String
    var from: Mailbox
    var to: [Mailbox]
    var subject: String
    var status: MessageStatus
    var submission: Submission

    /// - Precondition: the check has found nothing wrong.
    init(_ check: SendCheck, from: NamedMailbox, id: UUIDv7, by caller: Caller) throws(ServiceFailure) {
        let request = check.request
        self.id = id
        messageID = MessageID.make(id, domain: from.mailbox.domain)
        self.from = from.mailbox
        to = check.to.map(\.mailbox)
        subject = check.subject
        status = check.notBefore == nil ? .queued : .scheduled
        let draft = MessageDraft(
            from: from, to: check.to, cc: check.cc, replyTo: check.replyTo, subject: check.subject, text: check.text,
            html: check.html, attachments: request.attachments.map(Self.attachment), headers: request.headers,
            date: check.now, messageID: messageID)
        let content: [UInt8]
        do {
            content = try MIMEComposer.compose(draft, seed: id.low)
        } catch {
            throw Self.failure(error)
        }
        guard content.count <= check.options.maxMessageSize else {
            throw ServiceFailure(
                .payloadTooLarge, "The message has \(content.count) bytes; \(check.options.maxMessageSize) are taken.")
        }
        let recipients = Self.distinct((check.to + check.cc + check.bcc).map(\.mailbox))
        let needsSMTPUTF8 = draft.needsSMTPUTF8 || recipients.contains(where: \.needsSMTPUTF8)
        let envelope = Envelope(
            // The return path is the sender for now: its domain's owner sees bounces as events, and no mail is sent.
            sender: from.mailbox, recipients: recipients.map { Recipient($0) }, is8Bit: draft.needsSMTPUTF8,
            needsSMTPUTF8: needsSMTPUTF8)
        submission = Submission(
            tenant: caller.tenant, stream: request.stream, envelope: envelope, content: Content(original: content),
            origin: .api(clientAddress: request.clientAddress), id: id, notBefore: check.notBefore,
            failureNotice: .eventOnly, isTest: caller.isTest, tags: request.tags, metadata: request.metadata,
            header: draft.summary)
    }

    private static func attachment(_ file: SendAttachment) -> Attachment {
        Attachment(
            filename: file.filename, contentType: file.contentType ?? AttachmentType.guess(file.filename),
            content: file.content ?? [], contentID: file.contentID.map { String(AttachmentType.bare($0)) })
    }

    /// Somebody in both To and Cc gets one copy. The domain is folded by the parser; the local part is the host's to
    /// fold (RFC 5321 §2.4).
    private static func distinct(_ mailboxes: [Mailbox]) -> [Mailbox] {
        if mailboxes.count < 2 { return mailboxes }
        var seen: Set<Mailbox> = []
        return mailboxes.filter { seen.insert($0).inserted }
    }

    /// What the composer still finds was let through by the check, so it is told as well as it can be.
    private static func failure(_ failure: ComposeFailure) -> ServiceFailure {
        let detail: ServiceFailure.Detail =
            switch failure {
            case .forbiddenHeader(let name):
                .init(.invalidHeader, field: "headers.\(name)", message: "\(failure)")
            case .header(.badName(let name)):
                .init(.invalidHeader, field: "headers", value: name, message: "\(failure)")
            case .header(.badValue(let field)), .header(.tooLong(let field)):
                .init(.invalidHeader, field: "headers.\(field)", message: "\(failure)")
            case .badMessageID: .init(.invalidFromAddress, field: "from", message: "\(failure)")
            case .badFilename(let index):
                .init(.invalidAttachment, field: "attachments[\(index)].filename", message: "\(failure)")
            case .badContentType(let index):
                .init(.invalidAttachment, field: "attachments[\(index)].content_type", message: "\(failure)")
            case .badContentID(let index):
                .init(.invalidAttachment, field: "attachments[\(index)].content_id", message: "\(failure)")
            }
        return ServiceFailure(details: [detail])
    }
}
