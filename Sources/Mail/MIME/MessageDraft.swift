/// A message as an author thinks of it, before it is bytes: what `MIMEComposer` takes.
public struct MessageDraft: Sendable {
    public var from: NamedMailbox
    public var to: [NamedMailbox]
    public var cc: [NamedMailbox]
    public var replyTo: [NamedMailbox]
    public var subject: String
    public var text: String?
    public var html: String?
    public var attachments: [Attachment]
    /// Further fields in order. The ones that the draft itself or the mail system writes are refused.
    public var headers: [(name: String, value: String)]
    public var date: WallTime
    /// With its angle brackets (RFC 5322 §3.6.4).
    public var messageID: String
    /// Makes the message a `multipart/report` of this type (RFC 6522 §3).
    package var reportType: String?

    public init(
        from: NamedMailbox, to: [NamedMailbox] = [], cc: [NamedMailbox] = [], replyTo: [NamedMailbox] = [],
        subject: String = "", text: String? = nil, html: String? = nil, attachments: [Attachment] = [],
        headers: [(name: String, value: String)] = [], date: WallTime, messageID: String
    ) {
        self.from = from
        self.to = to
        self.cc = cc
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.attachments = attachments
        self.headers = headers
        self.date = date
        self.messageID = messageID
    }

    /// Whether the header section will hold an address that needs SMTPUTF8 (RFC 6532).
    public var needsSMTPUTF8: Bool {
        ([from] + to + cc + replyTo).contains { $0.mailbox.needsSMTPUTF8 }
    }
}

/// A file that goes with a message.
public struct Attachment: Hashable, Sendable {
    public var filename: String
    /// `type/subtype`, with parameters if need be.
    public var contentType: String
    public var content: [UInt8]
    /// Without angle brackets: what `cid:` in the HTML names (RFC 2392). Makes the attachment an inline part of the HTML.
    public var contentID: String?

    public init(filename: String, contentType: String, content: [UInt8], contentID: String? = nil) {
        self.filename = filename
        self.contentType = contentType
        self.content = content
        self.contentID = contentID
    }
}

/// Why a draft cannot be composed.
public enum ComposeFailure: Error, Hashable, Sendable {
    /// The draft or the mail system writes this field.
    case forbiddenHeader(name: String)
    case header(HeaderFailure)
    case badMessageID
    /// The file name at this place holds controls or is empty.
    case badFilename(attachment: Int)
    case badContentType(attachment: Int)
    case badContentID(attachment: Int)
}

extension ComposeFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .forbiddenHeader(let name): "the header field \(name) may not be set"
        case .header(let failure): failure.description
        case .badMessageID: "the Message-ID is malformed"
        case .badFilename(let index): "the file name of attachment \(index) is empty or holds a control character"
        case .badContentType(let index): "the content type of attachment \(index) is malformed"
        case .badContentID(let index): "the content identifier of attachment \(index) is malformed"
        }
    }
}
