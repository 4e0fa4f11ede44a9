/// Where an SMTP session stands (RFC 5321 §4.1.4). Each state lists those that may follow it; `ServerSession.enter`
/// checks the list, so that a forgotten way out shows in the tests and not in the field.
enum SessionState: CaseIterable {
    /// Connected, or TLS has just begun: EHLO has to come.
    case fresh
    /// Greeted, no transaction.
    case ready
    /// The sender is before the policy.
    case checkingSender
    /// MAIL was accepted.
    case sender
    /// A recipient is before the sink.
    case checkingRecipient
    /// At least one RCPT was accepted.
    case recipients
    /// 354 was said: everything up to CRLF.CRLF is content.
    case data
    /// The bytes of a BDAT are coming in.
    case chunk
    /// At least one chunk is complete, and more must come.
    case betweenChunks
    /// The content is complete and is before the policy and the queue.
    case storing
    /// The next line is an answer in the AUTH exchange.
    case sasl
    /// The credentials are before the policy.
    case authenticating
    /// 220 was said to STARTTLS.
    case handshaking
    case closed

    var successors: Set<SessionState> {
        switch self {
        case .fresh: [.fresh, .ready, .chunk, .handshaking, .closed]
        case .ready: [.ready, .checkingSender, .chunk, .sasl, .authenticating, .handshaking, .closed]
        case .checkingSender: [.ready, .sender, .closed]
        case .sender: [.sender, .checkingRecipient, .recipients, .ready, .chunk, .closed]
        case .checkingRecipient: [.sender, .recipients, .closed]
        case .recipients: [.checkingRecipient, .recipients, .ready, .data, .chunk, .closed]
        case .data: [.storing, .ready, .closed]
        case .chunk: [.betweenChunks, .storing, .ready, .fresh, .closed]
        case .betweenChunks: [.betweenChunks, .chunk, .ready, .closed]
        case .storing: [.ready, .closed]
        case .sasl: [.sasl, .authenticating, .ready, .closed]
        case .authenticating: [.ready, .closed]
        case .handshaking: [.fresh, .closed]
        case .closed: [.closed]
        }
    }

    /// What the next bytes of the client are.
    var input: SessionInput {
        switch self {
        case .fresh, .ready, .sender, .recipients, .betweenChunks: .command
        case .sasl: .saslResponse
        case .data: .data
        case .chunk: .chunk
        case .checkingSender, .checkingRecipient, .storing, .authenticating, .handshaking, .closed: .nothing
        }
    }
}

enum SessionInput {
    case command
    case saslResponse
    case data
    case chunk
    /// Something else has to happen first.
    case nothing
}
