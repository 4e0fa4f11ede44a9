/// A mailbox with the name shown beside it, as From, To, Cc and Reply-To hold it (RFC 5322 §3.4).
public struct NamedMailbox: Hashable, Sendable {
    /// Decoded, without quotes and controls; `nil` where there is none.
    public var name: String?
    public var mailbox: Mailbox

    public init(name: String? = nil, mailbox: Mailbox) {
        self.name = name
        self.mailbox = mailbox
    }

    /// `Name <a@b>` or `a@b`; the whole text must be one.
    public init(parsing text: String, options: AddressOptions = .utf8) throws(AddressFailure) {
        let list = try MailboxList(parsing: text, options: options)
        guard let first = list.mailboxes.first, !list.hasGroup else { throw .missingLocalPart(at: 0) }
        guard list.mailboxes.count == 1 else { throw .trailingText(at: list.offsets[1]) }
        self = first
    }
}

extension NamedMailbox: CustomStringConvertible {
    /// For people to read: the name is quoted where it needs it, and not encoded.
    public var description: String {
        guard let name, !name.isEmpty else { return mailbox.description }
        let isPlain = name.utf8.allSatisfy { !$0.isASCII || $0.isAtext || $0 == 0x20 }
        if isPlain { return "\(name) <\(mailbox)>" }
        var quoted = "\""
        for scalar in name.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return "\(quoted)\" <\(mailbox)>"
    }
}
