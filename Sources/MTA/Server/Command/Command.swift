import Mail

/// One command line of a client, parsed (RFC 5321 §4.1.1 and the extensions this server offers).
enum Command: Equatable {
    /// The argument, cleaned: letters, digits and `.-_:[]` or UTF-8; at most 255 bytes.
    case ehlo(String)
    case helo(String)
    case mail(MailCommand)
    case rcpt(RcptCommand)
    case data
    case bdat(ChunkHeader)
    case rset
    case noop
    case vrfy
    case expn
    case help
    case quit
    case startTLS
    case auth(AuthCommand)
}

/// MAIL FROM with its parameters.
struct MailCommand: Equatable {
    /// `nil` is the null reverse-path.
    var sender: Mailbox?
    /// The path holds a byte above 127, so SMTPUTF8 must have been declared (RFC 6531 §3.5).
    var isInternational = false
    /// RFC 1870; 0 when it was not given.
    var size = 0
    var is8Bit = false
    var needsSMTPUTF8 = false
    var returnOption: DSNReturn?
    var envelopeID: String?
    var hasParameters = false
}

/// RCPT TO with its parameters.
struct RcptCommand: Equatable {
    var recipient: ForwardPath.Recipient
    var isInternational = false
    var notify: DSNNotify?
    var originalRecipient: String?
    var hasParameters = false
}

/// BDAT (RFC 3030 §2).
struct ChunkHeader: Equatable {
    /// Bytes that follow the command line.
    var size: Int
    var isLast: Bool
}

/// AUTH (RFC 4954 §4).
struct AuthCommand: Equatable {
    /// `nil`: a mechanism this server does not have.
    var mechanism: SASLMechanism?
    /// Base64 as it came; `nil` when none was given. `=` stands for the empty response.
    var initialResponse: [UInt8]?
}
