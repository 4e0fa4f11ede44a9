package import Mail

/// What `POST /v1/messages/send` says, read but not judged: addresses are still text, so that every error can be told
/// at once, each with its place.
package struct SendRequest: Sendable {
    /// `a@b` or `Name <a@b>`.
    package var from: String?
    package var to: [String] = []
    package var cc: [String] = []
    /// In the envelope only.
    package var bcc: [String] = []
    package var replyTo: [String] = []
    package var subject: String?
    package var html: String?
    package var text: String?
    /// In the order given.
    package var headers: [(name: String, value: String)] = []
    package var attachments: [SendAttachment] = []
    package var templateID: String?
    /// Fills `{{name}}` in subject, html and text. Nothing is filled in when it is `nil`.
    package var templateData: TemplateValue?
    package var tags: [String] = []
    /// In the order given.
    package var metadata: [(key: String, value: String)] = []
    package var tracking = SendTracking()
    /// RFC 3339 text; in the past means now.
    package var scheduledAt: String?
    package var stream: MailStream = .transactional
    /// For the Received field.
    package var clientAddress: String = ""
    /// Given by an idempotency ticket; otherwise the message gets an identifier of its own.
    package var identity: SendIdentity?

    package init() {}
}

/// The identifier that a repeated request must use.
package struct SendIdentity: Hashable, Sendable {
    package var id: UUIDv7
    /// An earlier run may have got as far as the journal before the process died.
    package var mayExist: Bool
}

package struct SendAttachment: Sendable {
    package var filename: String
    /// `nil`: the request's base64 could not be decoded, which is an error of this field.
    package var content: [UInt8]?
    /// Guessed from the file name where it is missing.
    package var contentType: String?
    /// Makes it an inline part that `cid:` can name.
    package var contentID: String?

    package init(filename: String, content: [UInt8]?, contentType: String? = nil, contentID: String? = nil) {
        self.filename = filename
        self.content = content
        self.contentType = contentType
        self.contentID = contentID
    }
}

/// Accepted, and without effect so far: nothing rewrites links or counts opens yet.
package struct SendTracking: Hashable, Sendable {
    package var opens = true
    package var clicks = true
    package init(opens: Bool = true, clicks: Bool = true) {
        self.opens = opens
        self.clicks = clicks
    }
}
