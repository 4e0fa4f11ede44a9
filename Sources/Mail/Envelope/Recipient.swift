/// One RCPT (RFC 5321 §3.3) with its DSN parameters (RFC 3461 §4.1, §4.2).
public struct Recipient: Hashable, Sendable {
    public var mailbox: Mailbox
    /// `nil`: NOTIFY was not given, which means "on failure, and perhaps delay" (RFC 3461 §4.1).
    public var notify: DSNNotify?
    /// ORCPT as `type;address`, decoded from xtext; holds no control character.
    public var originalRecipient: String?

    public init(_ mailbox: Mailbox, notify: DSNNotify? = nil, originalRecipient: String? = nil) {
        self.mailbox = mailbox
        self.notify = notify
        self.originalRecipient = originalRecipient
    }
}

/// NOTIFY (RFC 3461 §4.1). The empty set is NOTIFY=NEVER.
public struct DSNNotify: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let success = Self(rawValue: 1)
    public static let failure = Self(rawValue: 2)
    public static let delay = Self(rawValue: 4)
    public static let never: Self = []
}
