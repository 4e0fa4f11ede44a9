/// The address list of a header field (RFC 5322 §3.4): `Name <a@b>, c@d, group: e@f;`, with comments, quoted and encoded
/// names, and the obsolete forms of §4.4. Groups are dissolved into their members.
public struct MailboxList: Hashable, Sendable {
    public let mailboxes: [NamedMailbox]
    /// For each mailbox the byte of the text it begins at.
    public let offsets: [Int]
    public let hasGroup: Bool

    /// - Parameter limit: more mailboxes than this are a failure at the first one too many.
    public init(
        parsing bytes: Span<UInt8>, options: AddressOptions = .utf8, limit: Int = 1000
    ) throws(AddressFailure) {
        var parser = MailboxListParser(bytes, options: options)
        var mailboxes: [NamedMailbox] = []
        var offsets: [Int] = []
        while let (offset, mailbox) = try parser.next() {
            guard mailboxes.count < limit else { throw .tooManyMailboxes(at: offset) }
            mailboxes.append(mailbox)
            offsets.append(offset)
        }
        self.mailboxes = mailboxes
        self.offsets = offsets
        hasGroup = parser.hasGroup
    }

    public init(parsing text: String, options: AddressOptions = .utf8, limit: Int = 1000) throws(AddressFailure) {
        try self.init(parsing: text.utf8Span.span, options: options, limit: limit)
    }
}
