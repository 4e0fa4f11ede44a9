import Mail

/// The server's side of one SMTP conversation, without the socket: what the client said goes in, replies are appended
/// to an output buffer, and what must be done next comes out.
///
/// Who calls it: `SubmissionConversation`, and the tests. Nothing here waits, asks the clock or reads a global. Every
/// complete command is answered by exactly one reply, in order. Every way out of a transaction (RSET, EHLO, STARTTLS,
/// the end of the data whatever it brought, a failed BDAT, a new MAIL) goes through `resetTransaction`: forgetting one
/// is how other servers delivered a second message past their policy.
///
/// - Traps: a call that does not belong to the state (`senderChecked` while nothing was asked). That is the caller's
///   error.
struct ServerSession {
    let options: ServerOptions
    /// The principal of a trusted network, which needs neither AUTH nor TLS.
    let trusted: Principal?

    private(set) var state = SessionState.fresh
    private(set) var transaction = Transaction()
    /// The argument of EHLO or HELO; empty before.
    private(set) var helo = ""
    private(set) var isESMTP = false
    private(set) var tls: TLSFacts?
    /// Who may send, once that is settled.
    private(set) var principal: Principal?
    private(set) var exchange: SASLExchange?
    private var errors = 0
    private var authFailures = 0
    private var idleCommands = 0

    init(options: ServerOptions, trusted: Principal?) {
        self.options = options
        self.trusted = trusted
        principal = trusted
    }

    /// A drain may end the session here without losing anything.
    var isIdle: Bool {
        switch state {
        case .fresh, .ready, .closed: true
        case .checkingSender, .sender, .checkingRecipient, .recipients, .data, .chunk, .betweenChunks, .storing, .sasl,
            .authenticating, .handshaking:
            false
        }
    }

    /// The longest line that may come next, with its line end.
    var lineLimit: Int { state == .sasl ? options.limits.saslLine : options.limits.commandLine }

    // MARK: - Greeting and end

    func greet(into out: inout Bytes) {
        out.append("220 " as StaticString)
        out.append(utf8: options.hostname)
        out.append(" ESMTP Martlet\r\n" as StaticString)
    }

    /// Ends the session with a reply nobody asked for (RFC 5321 §3.8 allows 421 at any time).
    mutating func end(_ reply: CannedReply, into out: inout Bytes) -> SessionAction {
        reply.write(into: &out)
        return close()
    }

    private mutating func close() -> SessionAction {
        resetTransaction()
        exchange = nil
        enter(.closed)
        return .close
    }

    // MARK: - Commands

    /// A complete line, without its line end.
    /// - Parameter isFollowed: the client sent more behind it without waiting for the reply.
    mutating func command(_ line: Span<UInt8>, isFollowed: Bool, into out: inout Bytes) -> SessionAction {
        let command: Command
        do {
            command = try CommandParser.parse(line)
        } catch {
            return failed(error, into: &out)
        }
        if isFollowed, options.synchronisation == .strict, Self.mustBeLast(command) {
            return end(.pipeliningRefused, into: &out)
        }
        switch command {
        case .mail(let mail): return begin(mail, into: &out)
        case .rcpt(let rcpt): return add(rcpt, into: &out)
        case .data: return startData(into: &out)
        case .bdat(let header): return startChunk(header, into: &out)
        case .ehlo(let name): return hello(name, isESMTP: true, into: &out)
        case .helo(let name): return hello(name, isESMTP: false, into: &out)
        case .rset: return rset(into: &out)
        case .noop: return idle(.ok, into: &out)
        case .vrfy: return idle(.cannotVerify, into: &out)
        case .help: return idle(.help, into: &out)
        case .expn: return reply(.notImplemented, into: &out)
        case .quit:
            CannedReply.quit.write(into: &out)
            return close()
        case .startTLS: return startTLS(isFollowed: isFollowed, into: &out)
        case .auth(let auth): return authenticate(auth, into: &out)
        }
    }

    mutating func lineTooLong(into out: inout Bytes) -> SessionAction {
        exchange = nil
        if state == .sasl { enter(.ready) }
        return reply(.lineTooLong, into: &out)
    }

    private mutating func failed(_ failure: CommandFailure, into out: inout Bytes) -> SessionAction {
        failure.write(into: &out)
        if failure == .bdatSyntax { return close() }
        return count(isError: true, into: &out)
    }

    /// RFC 2920 §3.1: commands behind which a client must wait. QUIT is one as well, but nothing can be won by refusing
    /// it.
    private static func mustBeLast(_ command: Command) -> Bool {
        switch command {
        case .ehlo, .helo, .data, .auth: true
        // STARTTLS has its own, stricter rule.
        case .startTLS, .mail, .rcpt, .bdat, .rset, .noop, .vrfy, .expn, .help, .quit: false
        }
    }

    private mutating func hello(_ name: String, isESMTP: Bool, into out: inout Bytes) -> SessionAction {
        resetTransaction()
        helo = name
        self.isESMTP = isESMTP
        enter(.ready)
        if isESMTP { writeExtensions(into: &out) } else { writeHostname(into: &out) }
        return countIdle(into: &out)
    }

    private mutating func rset(into out: inout Bytes) -> SessionAction {
        resetTransaction()
        enter(helo.isEmpty ? .fresh : .ready)
        return idle(.ok, into: &out)
    }

    // MARK: - TLS

    private mutating func startTLS(isFollowed: Bool, into out: inout Bytes) -> SessionAction {
        guard options.tls != .none else { return reply(.tlsNotHere, into: &out) }
        guard tls == nil, options.tls == .startTLS else { return reply(.tlsAlready, into: &out) }
        // What came in the clear behind STARTTLS may be somebody else's: no reply, no TLS (RFC 3207 §4.2,
        // CVE-2011-0411).
        if isFollowed { return close() }
        guard state == .fresh || state == .ready else { return reply(.inTransaction, into: &out) }
        CannedReply.readyForTLS.write(into: &out)
        enter(.handshaking)
        return .handshake
    }

    /// RFC 3207 §4.2: all that was learned before is forgotten.
    mutating func tlsStarted(_ facts: TLSFacts) {
        resetTransaction()
        helo = ""
        isESMTP = false
        exchange = nil
        principal = trusted
        tls = facts
        enter(.fresh)
    }

    // MARK: - AUTH (RFC 4954)

    private var mayAuthenticate: Bool { options.role == .submission && tls != nil }

    private mutating func authenticate(_ auth: AuthCommand, into out: inout Bytes) -> SessionAction {
        guard options.role == .submission else { return reply(.authNotHere, into: &out) }
        guard isESMTP else { return reply(.helloFirst, into: &out) }
        guard state == .ready else { return reply(.inTransaction, into: &out) }
        guard principal?.user == nil else { return reply(.authAlready, into: &out) }
        // Also when the mechanism does not exist: the password must not be tried in the clear.
        guard mayAuthenticate else { return reply(.authNeedsTLS, into: &out) }
        guard let mechanism = auth.mechanism else { return reply(.authUnknown, into: &out) }
        let (challenge, exchange) = SASLExchange.begin(mechanism)
        enter(.sasl)
        self.exchange = exchange
        if let response = auth.initialResponse { return saslResponse(response.span, into: &out) }
        return reply(challenge, into: &out)
    }

    /// A line of the exchange, without its line end.
    mutating func saslResponse(_ line: Span<UInt8>, into out: inout Bytes) -> SessionAction {
        guard let exchange else { preconditionFailure("an AUTH response in \(state)") }
        do {
            switch try exchange.answer(line) {
            case .ask(let challenge, let next):
                self.exchange = next
                return reply(challenge, into: &out)
            case .done(let credentials):
                self.exchange = nil
                enter(.authenticating)
                return .authenticate(credentials)
            }
        } catch {
            self.exchange = nil
            enter(.ready)
            switch error {
            case .cancelled: return reply(.authCancelled, into: &out)
            case .badBase64: return authFailed(.authBadBase64, into: &out)
            case .malformed: return authFailed(.authMalformed, into: &out)
            }
        }
    }

    mutating func authenticated(_ principal: Principal?, into out: inout Bytes) -> SessionAction {
        enter(.ready)
        guard let principal else { return authFailed(.authFailed, into: &out) }
        self.principal = principal
        authFailures = 0
        return reply(.authenticated, into: &out)
    }

    private mutating func authFailed(_ why: CannedReply, into out: inout Bytes) -> SessionAction {
        authFailures += 1
        guard authFailures < options.limits.authFailures else { return end(.tooManyAuthFailures, into: &out) }
        return reply(why, into: &out)
    }

    // MARK: - For the extensions in the other files

    /// The one way out of a transaction.
    mutating func resetTransaction() { transaction = Transaction() }

    mutating func change<Result>(_ body: (inout Transaction) -> Result) -> Result { body(&transaction) }

    mutating func enter(_ next: SessionState) {
        assert(state.successors.contains(next), "\(state) cannot be followed by \(next)")
        state = next
    }

    /// A message came through: what the client did before it is forgotten.
    mutating func noteSuccess() { idleCommands = 0 }

    mutating func reply(_ reply: CannedReply, into out: inout Bytes) -> SessionAction {
        reply.write(into: &out)
        return count(isError: reply.isClientError, into: &out)
    }

    mutating func idle(_ reply: CannedReply, into out: inout Bytes) -> SessionAction {
        reply.write(into: &out)
        return countIdle(into: &out)
    }

    private mutating func countIdle(into out: inout Bytes) -> SessionAction {
        idleCommands += 1
        return count(isError: idleCommands > options.limits.idleCommands, into: &out)
    }

    mutating func count(isError: Bool, into out: inout Bytes) -> SessionAction {
        guard isError else { return .proceed }
        errors += 1
        guard errors >= options.limits.errors else { return .proceed }
        return end(.tooManyErrors, into: &out)
    }

    // MARK: - EHLO

    private func writeHostname(into out: inout Bytes) {
        out.append("250 " as StaticString)
        out.append(utf8: options.hostname)
        out.append("\r\n" as StaticString)
    }

    private func writeExtensions(into out: inout Bytes) {
        out.append("250-" as StaticString)
        out.append(utf8: options.hostname)
        out.append("\r\n250-PIPELINING\r\n250-SIZE " as StaticString)
        out.append(decimal: options.limits.messageSize)
        out.append("\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n" as StaticString)
        if options.tls == .startTLS, tls == nil { out.append("250-STARTTLS\r\n" as StaticString) }
        // RFC 4954 §4: not offered where it would be refused.
        if mayAuthenticate, principal?.user == nil { out.append("250-AUTH PLAIN LOGIN\r\n" as StaticString) }
        // RFC 3461 binds whoever offers it to pass it on or report; an inbox does neither.
        if options.role == .submission { out.append("250-DSN\r\n" as StaticString) }
        out.append("250 ENHANCEDSTATUSCODES\r\n" as StaticString)
    }
}
