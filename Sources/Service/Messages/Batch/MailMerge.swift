import Mail

/// One message for many recipients, each with variables of its own: judged once in what they share, its tags found once.
struct MailMerge {
    /// What they share has been judged.
    private let shared: SendCheck
    private let subject: TemplateText
    private let html: TemplateText?
    private let text: TemplateText?
    /// For all of them; a recipient's own variables come first.
    private let common: [TemplateValue.Member]

    /// - Throws: everything that is wrong for all recipients alike.
    init(_ request: SendRequest, options: SendOptions, now: WallTime) throws(ServiceFailure) {
        var check = SendCheck(request, options: options, now: now)
        check.runShared()
        guard check.details.isEmpty else { throw ServiceFailure(details: check.details) }
        shared = check
        subject = TemplateText(request.subject ?? "")
        html = request.html.map(TemplateText.init)
        text = request.text.map(TemplateText.init)
        if case .object(let members) = request.templateData { common = members } else { common = [] }
    }

    /// Bytes that each of the messages has at least, as they stand in the request.
    var size: Int {
        let request = shared.request
        return (request.html?.utf8.count ?? 0) + (request.text?.utf8.count ?? 0)
            + request.attachments.reduce(0) { $0 + ($1.content?.count ?? 0) }
    }

    func check(for recipient: MergeRecipient) -> SendCheck {
        let data = variables(of: recipient)
        var check = shared
        check.run(
            to: recipient.address, subject: subject.filled(with: data, escaping: .header),
            html: html?.filled(with: data, escaping: .html), text: text?.filled(with: data, escaping: .none))
        return check
    }

    private func variables(of recipient: MergeRecipient) -> TemplateValue {
        guard !common.isEmpty, case .object(let own) = recipient.variables else { return recipient.variables }
        // Of two members with one name the last one counts.
        return .object(common + own)
    }
}
