import Mail

/// One message for many recipients, each with variables of its own: judged once in what they share, its tags found once.
struct MailMerge {
    /// What they share has been judged.
    private let shared: SendCheck
    private let subject: TemplateText
    private let html: TemplateText?
    private let text: TemplateText?
    /// For all of them; a recipient's own variables come first.
    private let common: TemplateLookup?

    /// - Throws: everything that is wrong for all recipients alike.
    init(_ request: SendRequest, options: SendOptions, now: WallTime) throws(ServiceFailure) {
        var check = SendCheck(request, options: options, now: now)
        check.runShared()
        guard check.details.isEmpty else { throw ServiceFailure(details: check.details) }
        shared = check
        subject = TemplateText(request.subject ?? "")
        html = request.html.map(TemplateText.init)
        text = request.text.map(TemplateText.init)
        common = request.templateData.map { TemplateLookup($0) }
    }

    /// Bytes that each of the messages has at least, as they stand in the request.
    var size: Int {
        let request = shared.request
        return (request.html?.utf8.count ?? 0) + (request.text?.utf8.count ?? 0)
            + request.attachments.reduce(0) { $0 + ($1.content?.count ?? 0) }
    }

    func check(for recipient: MergeRecipient) -> SendCheck {
        var check = shared
        check.run(
            to: recipient.address, subject: subject, html: html, text: text,
            with: TemplateLookup(recipient.variables, common: common))
        return check
    }
}
