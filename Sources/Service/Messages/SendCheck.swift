import Mail

/// Judges a send and collects everything that is wrong with it, in the order of the contract's fields.
struct SendCheck {
    let request: SendRequest
    let options: SendOptions
    let now: WallTime
    private(set) var details: [ServiceFailure.Detail] = []

    /// What was found good; meaningless while `details` is not empty.
    private(set) var from: NamedMailbox?
    private(set) var to: [NamedMailbox] = []
    private(set) var cc: [NamedMailbox] = []
    private(set) var bcc: [NamedMailbox] = []
    private(set) var replyTo: [NamedMailbox] = []
    private(set) var subject = ""
    private(set) var html: String?
    private(set) var text: String?
    private(set) var notBefore: WallTime?

    init(_ request: SendRequest, options: SendOptions, now: WallTime) {
        self.request = request
        self.options = options
        self.now = now
    }

    mutating func run() {
        checkAddresses()
        checkBody()
        checkRest()
    }

    /// What all messages of a mail merge have in common: everything but To, and whether there are texts to fill.
    mutating func runShared() {
        checkSender()
        if isBounded(1 + request.cc.count + request.bcc.count) { checkCopies() }
        checkTemplate()
        take(subject: request.subject ?? "", html: request.html, text: request.text)
        checkRest()
    }

    /// The message for one recipient of the merge; `runShared` has found nothing wrong.
    mutating func run(
        to address: String, subject: TemplateText, html: TemplateText?, text: TemplateText?, with data: TemplateLookup
    ) {
        if let mailbox = mailbox(address, "to", .invalidToAddress) { to = [mailbox] }
        fill(subject: subject, html: html, text: text, with: data)
    }

    /// Bytes of the texts as they will be sent.
    var textSize: Int { (html?.utf8.count ?? 0) + (text?.utf8.count ?? 0) }

    private mutating func checkRest() {
        checkHeaders()
        checkAttachments()
        checkLabels()
        checkSchedule()
    }

    mutating func report(_ code: ServiceFailure.Code, _ field: String, _ value: String = "", _ message: String) {
        details.append(.init(code, field: field, value: value, message: message))
    }

    private mutating func checkAddresses() {
        checkSender()
        let count = request.to.count + request.cc.count + request.bcc.count
        if request.to.isEmpty { report(.invalidToAddress, "to", "", "At least one recipient is required.") }
        guard isBounded(count) else { return }
        to = mailboxes(request.to, "to", .invalidToAddress)
        checkCopies()
    }

    private mutating func checkSender() {
        if let text = request.from, !text.isEmpty {
            from = mailbox(text, "from", .invalidFromAddress)
        } else {
            report(.invalidFromAddress, "from", "", "A sender is required.")
        }
    }

    /// Too many are not parsed at all: the bound is there to bound the work.
    private mutating func isBounded(_ count: Int) -> Bool {
        if count > options.maxRecipients {
            report(
                .invalidToAddress, "to", "", "\(count) recipients; a message may have \(options.maxRecipients).")
            return false
        }
        if request.replyTo.count > options.maxRecipients {
            report(
                .invalidParameter, "reply_to", "",
                "\(request.replyTo.count) addresses; a message may have \(options.maxRecipients).")
            return false
        }
        return true
    }

    private mutating func checkCopies() {
        cc = mailboxes(request.cc, "cc", .invalidToAddress)
        bcc = mailboxes(request.bcc, "bcc", .invalidToAddress)
        replyTo = mailboxes(request.replyTo, "reply_to", .invalidParameter)
    }

    private mutating func mailboxes(
        _ texts: [String], _ field: String, _ code: ServiceFailure.Code
    ) -> [NamedMailbox] {
        var found: [NamedMailbox] = []
        for (index, text) in texts.enumerated() {
            if let mailbox = mailbox(text, "\(field)[\(index)]", code) { found.append(mailbox) }
        }
        return found
    }

    private mutating func mailbox(
        _ text: String, _ field: String, _ code: ServiceFailure.Code
    ) -> NamedMailbox? {
        guard text.utf8.count <= 1_000 else {
            report(code, field, text, "Not an address: it is too long.")
            return nil
        }
        do {
            return try NamedMailbox(parsing: text)
        } catch {
            report(code, field, text, "Not an address: \(error).")
            return nil
        }
    }

    private mutating func checkBody() {
        checkTemplate()
        guard let data = request.templateData else {
            take(subject: request.subject ?? "", html: request.html, text: request.text)
            return
        }
        fill(
            subject: TemplateText(request.subject ?? ""), html: request.html.map { TemplateText($0) },
            text: request.text.map { TemplateText($0) }, with: TemplateLookup(data))
    }

    /// What is filled beyond the size of a message is not filled at all: the message is too large by then.
    private mutating func fill(
        subject: TemplateText, html: TemplateText?, text: TemplateText?, with data: TemplateLookup
    ) {
        let fields: [(name: String, text: TemplateText?)] = [("subject", subject), ("html", html), ("text", text)]
        for field in fields where field.text?.hasTooManyTags == true {
            report(.invalidTemplate, field.name, "", TemplateText.tooManyTags)
        }
        let limit = options.maxMessageSize
        take(
            subject: subject.filled(with: data, escaping: .header, limit: limit),
            html: html?.filled(with: data, escaping: .html, limit: limit),
            text: text?.filled(with: data, escaping: .none, limit: limit))
    }

    private mutating func checkTemplate() {
        if let id = request.templateID {
            report(.invalidTemplate, "template_id", id, "There is no such template.")
        }
    }

    /// The texts as they will be sent; of a body that the request has, data may leave nothing.
    private mutating func take(subject: String, html: String?, text: String?) {
        self.subject = subject
        if subject.isEmpty, request.templateID == nil {
            report(.missingSubject, "subject", "", "A subject is required.")
        } else if subject.utf8.count > 2_000 {
            report(.invalidParameter, "subject", subject, "A subject has at most 2000 bytes.")
        } else if subject.unicodeScalars.contains(where: Self.isControl) {
            report(.invalidParameter, "subject", subject, "A subject holds no line end or other control character.")
        }
        self.html = request.html?.isEmpty == false ? html : nil
        self.text = request.text?.isEmpty == false ? text : nil
        if self.html == nil, self.text == nil, request.templateID == nil {
            report(.missingBody, "html", "", "Either html or text is required.")
        }
        for (field, body) in [("html", self.html), ("text", self.text)] where body?.utf8.contains(0) == true {
            report(.invalidParameter, field, "", "A body holds no NUL.")
        }
    }

    private mutating func checkHeaders() {
        if request.headers.count > options.maxHeaders {
            report(.invalidHeader, "headers", "", "A message may add \(options.maxHeaders) fields.")
        }
        for (name, value) in request.headers.prefix(options.maxHeaders) {
            if let problem = AddedField.problem(name: name, value: value) {
                report(.invalidHeader, "headers.\(String(name.prefix(64)))", value, problem)
            }
        }
    }

    private mutating func checkAttachments() {
        if request.attachments.count > options.maxAttachments {
            report(
                .tooManyAttachments, "attachments", "",
                "\(request.attachments.count) attachments; a message may have \(options.maxAttachments).")
        }
        for (index, attachment) in request.attachments.prefix(options.maxAttachments).enumerated() {
            let field = "attachments[\(index)]"
            if attachment.filename.isEmpty || attachment.filename.utf8.count > 255
                || attachment.filename.unicodeScalars.contains(where: Self.isControl)
            {
                report(.invalidAttachment, "\(field).filename", attachment.filename, "A file name is required.")
            }
            switch attachment.content {
            case nil: report(.invalidAttachment, "\(field).content", "", "The content is not base64.")
            case .some(let content) where content.count > options.maxAttachmentSize:
                report(
                    .attachmentTooLarge, "\(field).content", "",
                    "\(content.count) bytes; an attachment may have \(options.maxAttachmentSize).")
            case .some: break
            }
            if let type = attachment.contentType, AttachmentType.parse(type) == nil {
                report(.invalidAttachment, "\(field).content_type", type, "Not a media type.")
            }
            if let id = attachment.contentID, !AttachmentType.isContentID(AttachmentType.bare(id)) {
                report(.invalidAttachment, "\(field).content_id", id, "Not a content identifier.")
            }
        }
    }

    private mutating func checkLabels() {
        if request.tags.count > options.maxTags {
            report(.invalidParameter, "tags", "", "A message may have \(options.maxTags) tags.")
        }
        for (index, tag) in request.tags.prefix(options.maxTags).enumerated()
        where tag.isEmpty || tag.utf8.count > 128 || tag.unicodeScalars.contains(where: Self.isControl) {
            report(.invalidParameter, "tags[\(index)]", tag, "A tag has 1 to 128 bytes and no control characters.")
        }
        if request.metadata.count > options.maxMetadata {
            report(.invalidParameter, "metadata", "", "A message may have \(options.maxMetadata) pairs of metadata.")
        }
        for (key, value) in request.metadata.prefix(options.maxMetadata)
        where key.isEmpty || key.utf8.count > 128 || value.utf8.count > 2_000 {
            report(
                .invalidParameter, "metadata.\(String(key.prefix(64)))", value,
                "A key has 1 to 128 bytes, a value at most 2000.")
        }
    }

    private mutating func checkSchedule() {
        guard let text = request.scheduledAt else { return }
        guard let time = WallTime(rfc3339: text) else {
            report(.invalidParameter, "scheduled_at", text, "Not a time such as 2026-01-15T10:30:00Z.")
            return
        }
        // The contract states no "must be in the future": what is past is now.
        guard time > now else { return }
        guard time - now <= options.maxSchedule else {
            report(.invalidParameter, "scheduled_at", text, "Too far in the future.")
            return
        }
        notBefore = time
    }

    /// General category Cc, which is these two stretches.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }
}
