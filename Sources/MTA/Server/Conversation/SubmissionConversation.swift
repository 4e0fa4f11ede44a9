import Logging
package import Loop
import Mail

/// One SMTP conversation, seen from the server: reads from the stream, asks `ServerSession` what it means, and does
/// what the session says.
///
/// It is an actor pinned to its loop, so that between two waits for the socket everything runs straight through.
/// Whatever commands have arrived together (PIPELINING, RFC 2920) are worked through in one go, and their replies leave
/// in one write: flushing before every `fill`, and only there, is both as early and as late as it can be.
package actor SubmissionConversation {
    private nonisolated let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let context: ServerContext
    private let time: any TimeSource
    private var dialogue: ServerDialogue
    private var stream: ByteStream?
    private var clientText = ""
    /// When content under way must be complete.
    private var contentDeadline: MonotonicInstant?
    private var isWaitingForClient = false
    private var isDraining = false

    init(context: ServerContext, executor: any SerialExecutor, time: any TimeSource) {
        self.context = context
        self.executor = executor
        self.time = time
        dialogue = ServerDialogue(ServerSession(options: context.options, trusted: nil))
    }

    var state: SessionState { dialogue.session.state }

    // MARK: - Life

    /// Must be given the loop that is this actor's executor.
    func serve(_ socket: AcceptedSocket, on loop: EventLoop) async {
        await run(SocketStream(accepted: socket, on: loop))
    }

    package func serve(_ stream: sending ByteStream) async { await run(stream) }

    /// Says why there is no session, and closes.
    func refuse(_ socket: AcceptedSocket, on loop: EventLoop, with reply: CannedReply) async {
        let stream = SocketStream(accepted: socket, on: loop)
        stream.deadline = time.now + context.options.timeouts.write
        reply.write(into: &stream.outbound)
        _ = try? await stream.flush()
        stream.close()
    }

    private func run(_ stream: ByteStream) async {
        self.stream = stream
        clientText = stream.peer.ip.description
        let trusted = context.trustedPrincipal(for: stream.peer.ip)
        dialogue = ServerDialogue(ServerSession(options: context.options, trusted: trusted))
        do {
            try await converse(stream)
        } catch {
            log(error)
        }
        stream.close()
        self.stream = nil
    }

    private func converse(_ stream: ByteStream) async throws(StreamFailure) {
        switch context.options.tls {
        case .implicit: try await handshake(stream)
        case .none, .startTLS: break
        }
        guard try await greet(stream) else { return }
        while true {
            let next: SessionAction
            switch advance(stream) {
            case .proceed:
                guard try await exchange(stream) else { return }
                continue
            case .handshake:
                try await flush(stream)
                try await handshake(stream)
                continue
            case .close: return try await flush(stream)
            case .checkRecipient(let recipient):
                let refusal = await refusal(for: recipient)
                next = dialogue.session.recipientChecked(refusal, into: &stream.outbound)
            case .authenticate(let credentials): next = await authenticate(credentials, stream)
            case .store:
                // The next content has a time of its own, also where it lies here already.
                contentDeadline = nil
                next = await store(stream)
            case .checkSender: preconditionFailure("done by advance")
            }
            if case .close = next { return try await flush(stream) }
        }
    }

    /// False when the client did not wait for the greeting.
    private func greet(_ stream: ByteStream) async throws(StreamFailure) -> Bool {
        let pause = context.options.timeouts.greetingPause
        if pause > .zero, stream.inbound.isEmpty {
            stream.deadline = time.now + pause
            do throws(StreamFailure) {
                guard try await stream.fill() else { return false }
            } catch .timedOut {
                // As it should be: the client waits for us.
            }
        }
        if context.options.synchronisation == .strict, !stream.inbound.isEmpty {
            _ = dialogue.session.end(.earlyTalk, into: &stream.outbound)
            try await flush(stream)
            return false
        }
        dialogue.session.greet(into: &stream.outbound)
        return true
    }

    /// Goes on as far as the bytes at hand allow. Returns `proceed` when more are needed, or what takes its time.
    private func advance(_ stream: ByteStream) -> SessionAction {
        while true {
            let next: SessionAction
            switch dialogue.advance(&stream.inbound, into: &stream.outbound) {
            case .checkSender(let sender):
                next = dialogue.session.senderChecked(refusal(of: sender), into: &stream.outbound)
            case .checkRecipient where !context.destination.asksForRecipients:
                next = dialogue.session.recipientChecked(nil, into: &stream.outbound)
            case let action: return action
            }
            if case .close = next { return .close }
        }
    }

    /// Says what there is to say, then listens. Does not wait where it need not. False at the end of the session.
    private func exchange(_ stream: ByteStream) async throws(StreamFailure) -> Bool {
        if isDraining, dialogue.session.isIdle { _ = dialogue.session.end(.shuttingDown, into: &stream.outbound) }
        if !(try stream.flushNow()) { try await flush(stream) }
        guard dialogue.session.state != .closed else { return false }
        switch try stream.fillNow() {
        case .bytes:
            // Nobody waits for what is here already; what was refused before its end is over all the same.
            switch dialogue.session.state.input {
            case .command, .saslResponse, .nothing: contentDeadline = nil
            case .data, .chunk: break
            }
            return true
        case .ended: return false
        // A drain may end the session while the bytes come in.
        case .nothing: return try await fill(stream) && dialogue.session.state != .closed
        }
    }

    // MARK: - The policy, the queue and the inbox

    private func refusal(of sender: Mailbox?) -> Reply? {
        guard case .queue(_, let policy) = context.destination, let principal = dialogue.session.principal
        else { return nil }
        return policy.refusal(for: principal, sender: sender)
    }

    private func refusal(for recipient: Mailbox) async -> Reply? {
        guard case .inbound(let desk) = context.destination else { return nil }
        return await desk.sink.refusal(for: recipient)
    }

    private func authenticate(_ credentials: SASLCredentials, _ stream: ByteStream) async -> SessionAction {
        var principal: Principal?
        if case .queue(_, let policy) = context.destination {
            principal = await policy.authenticate(
                user: credentials.user, password: credentials.password, from: stream.peer.ip)
        }
        if principal == nil {
            context.metrics.loginFailed()
            context.logger.notice("login refused", metadata: ["client": "\(clientText)"])
        }
        return dialogue.session.authenticated(principal, into: &stream.outbound)
    }

    private func store(_ stream: ByteStream) async -> SessionAction {
        let result: StoreResult
        switch dialogue.session.takeMessage() {
        case .failure(let fault): result = .faulty(fault)
        case .success(let message): result = await hand(message, stream)
        }
        switch result {
        case .accepted: break
        case .refused, .rejected, .faulty: context.metrics.refusedMessage()
        }
        return dialogue.session.stored(result, into: &stream.outbound)
    }

    private func hand(_ message: ReceivedMessage, _ stream: ByteStream) async -> StoreResult {
        let size = message.content.count
        do throws(Refusal) {
            let id: UUIDv7
            switch context.destination {
            case .queue(let intake, let policy):
                guard let principal = dialogue.session.principal else { preconditionFailure("mail of nobody") }
                let summary = HeaderSummary.scan(message.content)
                guard summary.bodyOffset <= context.options.limits.headerSize else { return .faulty(.headerTooLarge) }
                // RFC 5322 §3.6: one From. A second one would get past the check of the first, and people might see it.
                guard principal.domains == nil || summary.fromCount <= 1 else {
                    return .rejected(
                        Reply(code: 550, enhanced: EnhancedStatus(5, 6, 0), text: "More than one From field"))
                }
                if let refusal = policy.refusal(for: principal, author: summary.authorDomain) {
                    return .rejected(refusal)
                }
                id = try await intake.accept(submission(message, principal, summary)).id
            case .inbox(let inbox):
                id = UUIDv7(at: time.wall)
                try await inbox.deposit(
                    InboxMessage(
                        id: id, receivedAt: time.wall, sender: message.envelope.sender,
                        recipients: message.envelope.recipients.map(\.mailbox), content: message.content))
            case .inbound(let desk):
                let result = try await desk.receive(
                    message, from: origin(message, user: nil), at: stream.peer.ip, time: time.wall)
                if case .accepted = result { context.metrics.accepted(size) }
                return result
            }
            context.metrics.accepted(size)
            return .accepted(id)
        } catch {
            return .refused(error)
        }
    }

    private func submission(
        _ message: ReceivedMessage, _ principal: Principal, _ header: HeaderSummary
    ) -> Submission {
        Submission(
            tenant: principal.tenant, stream: principal.stream, envelope: message.envelope,
            content: Content(original: message.content), origin: .smtp(origin(message, user: principal.user)),
            isTest: principal.isTest, header: header)
    }

    private func origin(_ message: ReceivedMessage, user: String?) -> SMTPOrigin {
        SMTPOrigin(
            helo: dialogue.session.helo, isESMTP: dialogue.session.isESMTP, clientAddress: clientText, user: user,
            tls: dialogue.session.tls, needsSMTPUTF8: message.envelope.needsSMTPUTF8)
    }

    // MARK: - The stream

    private func flush(_ stream: ByteStream) async throws(StreamFailure) {
        guard !stream.outbound.isEmpty else { return }
        stream.deadline = time.now + context.options.timeouts.write
        try await stream.flush()
    }

    /// False at the end of the stream, and when nothing came in time.
    private func fill(_ stream: ByteStream) async throws(StreamFailure) -> Bool {
        stream.deadline = inputDeadline()
        isWaitingForClient = true
        defer { isWaitingForClient = false }
        do throws(StreamFailure) {
            return try await stream.fill()
        } catch .timedOut {
            _ = dialogue.session.end(.timedOut, into: &stream.outbound)
            try await flush(stream)
            return false
        }
    }

    private func inputDeadline() -> MonotonicInstant {
        let timeouts = context.options.timeouts
        let now = time.now
        switch dialogue.session.state.input {
        case .command, .saslResponse, .nothing:
            contentDeadline = nil
            return now + timeouts.command
        case .data, .chunk:
            let last = contentDeadline ?? now + timeouts.data
            contentDeadline = last
            return min(now + timeouts.dataBlock, last)
        }
    }

    private func handshake(_ stream: ByteStream) async throws(StreamFailure) {
        guard let tls = context.tlsContext else {
            throw .tls(TLSFailure(reason: "no certificate is configured"))
        }
        stream.deadline = time.now + context.options.timeouts.handshake
        dialogue.session.tlsStarted(try await stream.startTLSServer(tls))
    }

    private func log(_ failure: StreamFailure) {
        switch failure {
        case .tls(let failure):
            context.logger.info(
                "TLS failed", metadata: ["client": "\(clientText)", "reason": "\(failure.reason)"])
        case .closed, .reset, .timedOut, .refused, .unreachable, .noSource, .cancelled, .other:
            context.logger.debug("connection lost", metadata: ["client": "\(clientText)", "why": "\(failure)"])
        }
    }

    // MARK: - Shutting down

    /// 421 now when the session is between transactions, else as soon as it is.
    func drain() async {
        isDraining = true
        guard isWaitingForClient, dialogue.session.isIdle, dialogue.session.state != .closed, let stream,
            stream.outbound.isEmpty
        else { return }
        _ = dialogue.session.end(.shuttingDown, into: &stream.outbound)
        // A client that reads nothing must not hold up the end for as long as it may hold up a reply.
        stream.deadline = time.now + min(context.options.timeouts.write, context.options.timeouts.drain)
        _ = try? await stream.flush()
        stream.close()
    }

    /// Closes without a word.
    func abort() { stream?.close() }
}
