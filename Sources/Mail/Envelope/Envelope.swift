/// What SMTP carries around the content (RFC 5321 §2.3.1): the sender and the recipients, with their ESMTP parameters.
public struct Envelope: Hashable, Sendable {
    /// `nil` is the null reverse-path `<>` (RFC 5321 §4.5.5): a notification, which must never cause another.
    public var sender: Mailbox?
    public var recipients: [Recipient]
    /// BODY=8BITMIME was declared or found (RFC 6152).
    public var is8Bit: Bool
    /// SMTPUTF8 was declared (RFC 6531 §3.4).
    public var needsSMTPUTF8: Bool
    /// RET and ENVID (RFC 3461 §4.3, §4.4).
    public var returnOption: DSNReturn?
    /// Decoded from xtext; holds no control character.
    public var envelopeID: String?

    public init(
        sender: Mailbox?, recipients: [Recipient], is8Bit: Bool = false, needsSMTPUTF8: Bool = false,
        returnOption: DSNReturn? = nil, envelopeID: String? = nil
    ) {
        self.sender = sender
        self.recipients = recipients
        self.is8Bit = is8Bit
        self.needsSMTPUTF8 = needsSMTPUTF8
        self.returnOption = returnOption
        self.envelopeID = envelopeID
    }
}

/// RET (RFC 3461 §4.3): how much of the message a failure notification gives back.
public enum DSNReturn: UInt8, Hashable, Sendable {
    case full = 1
    case headers = 2
}
