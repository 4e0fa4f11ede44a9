/// Makes a draft into the bytes of a message (RFC 5322, RFC 2045-2049): CRLF line ends, no line above 998 bytes, ASCII
/// apart from internationalised addresses, nothing that a hop would change and so break a signature.
public struct MIMEComposer {
    private var out: [UInt8] = []
    private var boundaries: BoundaryGenerator

    /// - Parameter seed: decides the boundaries; the low half of the message's identifier does well.
    public static func compose(_ draft: MessageDraft, seed: UInt64) throws(ComposeFailure) -> [UInt8] {
        var composer = MIMEComposer(boundaries: BoundaryGenerator(seed: seed))
        return try composer.compose(draft)
    }

    private init(boundaries: BoundaryGenerator) { self.boundaries = boundaries }

    private mutating func compose(_ draft: MessageDraft) throws(ComposeFailure) -> [UInt8] {
        for (name, _) in draft.headers where ReservedFields.contains(name) { throw .forbiddenHeader(name: name) }
        guard MessageID.isValid(draft.messageID) else { throw .badMessageID }
        let attached = draft.attachments.reduce(0) { $0 + $1.content.count / 3 * 4 + $1.content.count / 20 + 512 }
        out.reserveCapacity(attached + (draft.text?.utf8.count ?? 0) + (draft.html?.utf8.count ?? 0) * 5 / 4 + 2048)
        do throws(HeaderFailure) {
            var header = HeaderWriter()
            try header.append("From", mailboxes: [draft.from])
            if draft.to.isEmpty, draft.cc.isEmpty {
                // RFC 5322 appendix A.1.3: an empty group says that there are recipients and no names.
                try header.append("To", structured: "undisclosed-recipients:;")
            }
            try header.append("To", mailboxes: draft.to)
            try header.append("Cc", mailboxes: draft.cc)
            try header.append("Reply-To", mailboxes: draft.replyTo)
            try header.append("Subject", text: draft.subject)
            try header.append("Date", structured: draft.date.mailDate)
            try header.append("Message-ID", structured: draft.messageID)
            for (name, value) in draft.headers { try header.append(name, text: value) }
            try header.append("MIME-Version", structured: "1.0")
            out.append(contentsOf: header.bytes)
        } catch {
            throw .header(error)
        }
        try write(MIMEPart.tree(of: draft))
        // SMTP content is lines: the last one needs its end too.
        if out.count < 2 || out[out.count - 1] != 0x0A { appendLineEnd() }
        return out
    }

    private mutating func write(_ part: MIMEPart) throws(ComposeFailure) {
        switch part {
        case .text(let text, let subtype): try writeText(text, subtype: subtype)
        case .attachment(let attachment, let index, let isInline):
            try writeAttachment(attachment, index: index, isInline: isInline)
        case .multipart(let subtype, let parameters, let children):
            let boundary = boundaries.next()
            try writeFields { header throws(HeaderFailure) in
                try header.append(
                    "Content-Type", "multipart/\(subtype)",
                    parameters: parameters + [MIMEParameter("boundary", boundary)])
            }
            for child in children {
                if out[out.count - 1] != 0x0A { appendLineEnd() }
                out.append(contentsOf: "--\(boundary)\r\n".utf8)
                try write(child)
            }
            // The line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
            out.append(contentsOf: "\r\n--\(boundary)--\r\n".utf8)
        }
    }

    private mutating func writeText(_ text: String, subtype: String) throws(ComposeFailure) {
        let bytes = CanonicalText.lines(of: text)
        let encoding = TransferEncoding.choose(for: bytes.span)
        out.put("Content-Type: text/")
        out.put(subtype)
        out.put("; charset=utf-8\r\nContent-Transfer-Encoding: ")
        out.put(encoding.rawValue)
        out.put("\r\n\r\n")
        switch encoding {
        case .sevenBit: out.append(contentsOf: bytes)
        case .quotedPrintable: QuotedPrintable.encodeText(bytes.span, to: &out)
        case .base64: Base64.encodeLines(bytes.span, to: &out)
        }
    }

    private mutating func writeAttachment(
        _ attachment: Attachment, index: Int, isInline: Bool
    ) throws(ComposeFailure) {
        guard var type = ContentType(parsing: attachment.contentType), type.type != "multipart",
            attachment.contentType.utf8.allSatisfy({ !$0.isControl })
        else { throw .badContentType(attachment: index) }
        let name = attachment.filename
        guard !name.isEmpty, name.utf8.count <= 1024, name.utf8.allSatisfy({ !$0.isControl }) else {
            throw .badFilename(attachment: index)
        }
        if let id = attachment.contentID, !MessageID.isValidContentID(id) { throw .badContentID(attachment: index) }
        var encoding = TransferEncoding.base64
        if type.type == "message" {
            // RFC 2046 §5.2.1: a message may not be base64. One that is not plain travels as a mere file.
            if CanonicalText.isPlainMessage(attachment.content.span) {
                encoding = .sevenBit
            } else {
                type = ContentType("application", "octet-stream")
            }
        }
        try writeFields { header throws(HeaderFailure) in
            try header.append("Content-Type", type.essence, parameters: type.parameters)
            try header.append("Content-Transfer-Encoding", structured: encoding.rawValue)
            try header.append(
                "Content-Disposition", isInline ? "inline" : "attachment",
                parameters: [MIMEParameter("filename", name)])
            if let id = attachment.contentID { try header.append("Content-ID", structured: "<\(id)>") }
        }
        if encoding == .sevenBit {
            out.append(contentsOf: attachment.content)
        } else {
            Base64.encodeLines(attachment.content.span, to: &out)
        }
    }

    private mutating func writeFields(
        _ body: (inout HeaderWriter) throws(HeaderFailure) -> Void
    ) throws(ComposeFailure) {
        var header = HeaderWriter()
        do throws(HeaderFailure) {
            try body(&header)
        } catch {
            throw .header(error)
        }
        out.append(contentsOf: header.bytes)
        appendLineEnd()
    }

    private mutating func appendLineEnd() {
        out.append(0x0D)
        out.append(0x0A)
    }
}
