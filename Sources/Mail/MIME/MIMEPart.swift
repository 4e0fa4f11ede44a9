/// A part of a message on its way to bytes: a leaf with its content, or a multipart with its children (RFC 2046 §5.1).
indirect enum MIMEPart {
    case text(String, subtype: String)
    case attachment(Attachment, index: Int, isInline: Bool)
    case multipart(subtype: String, parameters: [MIMEParameter], children: [MIMEPart])

    /// The nesting that readers expect: alternatives from plain to rich, pictures beside the HTML that shows them, files
    /// around everything.
    static func tree(of draft: MessageDraft) -> MIMEPart {
        let indexed = Array(draft.attachments.enumerated())
        let inline = draft.html == nil ? [] : indexed.filter { $0.element.contentID != nil }
        let files = draft.html == nil ? indexed : indexed.filter { $0.element.contentID == nil }
        var bodies: [MIMEPart] = []
        if let text = draft.text { bodies.append(.text(text, subtype: "plain")) }
        if let html = draft.html {
            let root = MIMEPart.text(html, subtype: "html")
            let pictures = inline.map { MIMEPart.attachment($0.element, index: $0.offset, isInline: true) }
            // RFC 2387 §3.1: the type parameter names the root's type.
            let related = MIMEPart.multipart(
                subtype: "related", parameters: [MIMEParameter("type", "text/html")], children: [root] + pictures)
            bodies.append(pictures.isEmpty ? root : related)
        }
        if bodies.isEmpty, files.isEmpty { return .text("", subtype: "plain") }
        let body =
            bodies.count == 2
            ? MIMEPart.multipart(subtype: "alternative", parameters: [], children: bodies) : bodies.first
        guard !files.isEmpty else { return body ?? .text("", subtype: "plain") }
        let attached = files.map { MIMEPart.attachment($0.element, index: $0.offset, isInline: false) }
        let children = (body.map { [$0] } ?? []) + attached
        guard let type = draft.reportType else {
            return .multipart(subtype: "mixed", parameters: [], children: children)
        }
        // RFC 6522 §3: the parameter names the kind of report.
        return .multipart(subtype: "report", parameters: [MIMEParameter("report-type", type)], children: children)
    }
}
