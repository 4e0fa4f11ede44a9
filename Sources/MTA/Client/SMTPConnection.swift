import Loop
import Mail

/// One connection to a host, from the greeting to QUIT, carrying one transaction at a time.
///
/// `open` (SMTPConnection+Open) brings it to the point where it takes mail; `carry` takes it through a transaction,
/// with `ClientTransaction` deciding and this class moving bytes; `quit` ends it. Not Sendable: it belongs to the
/// shard that opened it and runs on that shard's loop, as its stream does.
final class SMTPConnection {
    let stream: ByteStream
    let host: RemoteHost
    /// What it had to prove when it was opened.
    let demand: HostDemand
    let options: ClientOptions
    /// Where it comes from.
    let source: EgressSource?
    /// The address that the host sees, as far as it is known.
    let sendingAddress: IPAddress?
    let time: any TimeSource
    var extensions = Extensions()
    private var parser = ReplyParser()
    private var needsReset = false
    /// Transactions begun.
    private(set) var transactions = 0
    /// Its site has a limit that it counts against until the host has let it go.
    var isCounted = false
    /// When it became free; meaningful while it is in the pool.
    var idleSince = MonotonicInstant(nanoseconds: 0)

    /// Content up to this size is joined with its final dot into one write.
    private static let joinedContent = 16_384
    /// Stuffed content is sent in parts of about this size.
    private static let stuffedPart = 65_536
    /// A connection that was free for longer is asked whether it still lives before it is used.
    private static let restlessness: Duration = .milliseconds(100)
    /// A host that goes on talking after QUIT is not listened to for longer than this many reads.
    private static let farewells = 16

    init(
        _ passage: Departure.Passage, host: RemoteHost, demand: HostDemand, options: ClientOptions,
        source: EgressSource?, time: any TimeSource
    ) {
        stream = passage.stream
        sendingAddress = passage.address
        self.source = source
        self.host = host
        self.demand = demand
        self.options = options
        self.time = time
    }

    /// What it has proved.
    var proof: ConnectionProof {
        ConnectionProof(
            host: host.name, tls: stream.tls, verifiedName: stream.verifiedName, dane: demand.dane)
    }

    // MARK: replies

    /// Waits for the next reply. Its bytes stay in `inbound` until `forget`.
    func awaitReply(_ step: SessionFailure.Step, within limit: Duration) async throws(SessionFailure) -> ReplyHead {
        // One deadline for the whole reply: a host that sends a byte at a time does not get longer.
        stream.deadline = time.now + limit
        while true {
            switch parser.scan(stream.inbound) {
            case .complete(let head): return head
            case .violation: throw SessionFailure(step, .violation)
            case .needsMore: try await fill(step)
            }
        }
    }

    private func fill(_ step: SessionFailure.Step) async throws(SessionFailure) {
        let isMore: Bool
        do { isMore = try await stream.fill() } catch { throw SessionFailure(step, .stream(error)) }
        guard isMore else { throw SessionFailure(step, .stream(.closed)) }
    }

    func forget(_ head: ReplyHead) { stream.inbound.consume(head.length) }

    func text(of head: ReplyHead) -> Reply { ReplyText.reply(head, in: stream.inbound, limits: parser.limits) }

    // MARK: transactions

    /// Whether it was idle for so long that it should be asked whether it is still alive.
    var isRested: Bool { time.now - idleSince > Self.restlessness }

    /// Whether a connection that was idle can be expected to answer: the peer has neither closed it nor said something.
    func isAlive() async -> Bool {
        stream.deadline = time.now
        do {
            // Nothing is due, so bytes can only be a 421, and the end of the stream is the end.
            _ = try await stream.fill()
            return false
        } catch {
            return error == .timedOut
        }
    }

    /// Carries the recipients that are still open in one transaction and settles them, or leaves them open when the
    /// connection turned out to be of no use (see `ClientTransaction.broke`).
    /// - Returns: whether the connection may be used again, and why not.
    func carry(_ cargo: Cargo, _ resolutions: inout [Resolution]) async -> (ClientTransaction.Ending, DeferralReason?) {
        let decision = Preflight.decide(
            cargo.demands, extensions: extensions, eightBit: options.eightBit,
            header8Bit: { Preflight.header8Bit(in: cargo.batch.content) })
        switch decision {
        case .bounce(let reason):
            for index in resolutions.indices where !resolutions[index].isSettled {
                resolutions[index] = .settled(.bounced(reason), nil)
            }
            return (.usable, nil)
        case .send(let usesUTF8):
            var transaction = begin(cargo, usesUTF8: usesUTF8, resolutions)
            let reason = await run(&transaction, cargo)
            resolutions = transaction.resolutions
            needsReset = transaction.needsReset
            // Replies to nothing: whoever goes on would take them for answers to the next transaction.
            if transaction.ending == .usable, !stream.inbound.isEmpty { return (.unusable, .protocolViolation) }
            return (transaction.ending, reason)
        }
    }

    private func begin(_ cargo: Cargo, usesUTF8: Bool, _ resolutions: [Resolution]) -> ClientTransaction {
        var plan = ClientTransaction.Plan(extensions: extensions)
        plan.usesUTF8 = usesUTF8
        plan.resetsFirst = needsReset
        plan.isReusedConnection = transactions > 0
        plan.usesChunking =
            extensions.offered.contains(.chunking) && cargo.isPlain && resolutions.count == 1
            && cargo.size <= options.limits.chunkedContent
        plan.commandGroup = options.limits.commandGroup
        transactions += 1
        return ClientTransaction(cargo.batch.envelope, size: cargo.size, plan: plan, resolutions: resolutions)
    }

    /// Performs what the transaction says until it is over. Says why when the connection failed.
    private func run(_ transaction: inout ClientTransaction, _ cargo: Cargo) async -> DeferralReason? {
        do {
            try await converse(&transaction, cargo)
            return nil
        } catch {
            await hearLastWords(&transaction, after: error)
            let reason = DeferralReason(error)
            transaction.broke(reason)
            return reason
        }
    }

    private func converse(_ transaction: inout ClientTransaction, _ cargo: Cargo) async throws(TransactionFailure) {
        var action = transaction.next(into: &stream.outbound)
        var isArmed = false
        while true {
            switch action {
            case .flush:
                if !(try push()) { try await send(within: options.timeouts.mail) }
                action = .read
            case .sendContent:
                try await sendContent(cargo)
                transaction.endWasSent()
                action = .read
            case .sendChunk:
                for piece in cargo.batch.content { stream.outbound.append(piece) }
                if !(try push()) { try await send(within: options.timeouts.block) }
                transaction.endWasSent()
                action = .read
            case .read:
                switch parser.scan(stream.inbound) {
                case .complete(let head):
                    action = transaction.received(head.code, text(of: head), into: &stream.outbound)
                    forget(head)
                    isArmed = false
                case .violation: throw .violation
                case .needsMore:
                    if try look() { continue }
                    if !isArmed {
                        stream.deadline = time.now + options.timeouts.limit(for: transaction.step)
                        isArmed = true
                    }
                    try await receive()
                }
            case .finished:
                return
            }
        }
    }

    private func sendContent(_ cargo: Cargo) async throws(TransactionFailure) {
        if cargo.isPlain, cargo.size <= Self.joinedContent {
            for piece in cargo.batch.content { stream.outbound.append(piece) }
            stream.outbound.append(".\r\n")
            if !(try push()) { try await send(within: options.timeouts.block) }
            return
        }
        // RFC 5321 §4.5.3.2.5 counts blocks; a mebibyte in three minutes is slow enough for anybody.
        stream.deadline = time.now + options.timeouts.block * (1 + cargo.size >> 20)
        if !cargo.isPlain {
            try await sendStuffed(cargo.batch.content)
        } else {
            do { try await stream.flush(cargo.batch.content + [Array(".\r\n".utf8)]) } catch { throw .stream(error) }
        }
    }

    private func sendStuffed(_ content: [[UInt8]]) async throws(TransactionFailure) {
        var stuffer = DotStuffer()
        for piece in content {
            var start = 0
            while start < piece.count {
                let end = min(piece.count, start + Self.stuffedPart)
                stuffer.stuff(piece.span.extracting(start..<end), into: &stream.outbound)
                start = end
                if stream.outbound.count >= Self.stuffedPart { try await send() }
            }
        }
        stuffer.finish(into: &stream.outbound)
        try await send()
    }

    private func send() async throws(TransactionFailure) {
        do { try await stream.flush() } catch { throw .stream(error) }
    }

    private func send(within limit: Duration) async throws(TransactionFailure) {
        stream.deadline = time.now + limit
        try await send()
    }

    /// Whether all has been sent without waiting.
    private func push() throws(TransactionFailure) -> Bool {
        do { return try stream.flushNow() } catch { throw .stream(error) }
    }

    /// Whether something has come that need not be waited for.
    private func look() throws(TransactionFailure) -> Bool {
        let arrival: ByteStream.Arrival
        do { arrival = try stream.fillNow() } catch { throw .stream(error) }
        switch arrival {
        case .bytes: return true
        case .ended: throw .stream(.closed)
        case .nothing: return false
        }
    }

    private func receive() async throws(TransactionFailure) {
        let isMore: Bool
        do { isMore = try await stream.fill() } catch { throw .stream(error) }
        guard isMore else { throw .stream(.closed) }
    }

    /// A host that closes while we write has often said why: 552 in the middle of the content, 421 before it hung up.
    /// What it said is still in the socket's buffer.
    private func hearLastWords(_ transaction: inout ClientTransaction, after failure: TransactionFailure) async {
        guard failure == .stream(.reset) || failure == .stream(.closed) else { return }
        stream.deadline = time.now
        _ = try? await stream.fill()
        guard case .complete(let head) = parser.scan(stream.inbound), head.code >= 400 else { return }
        _ = transaction.received(head.code, text(of: head), into: &stream.outbound)
        forget(head)
    }

    // MARK: the end

    /// Says QUIT to all of them, waits a little for the replies, and closes (RFC 5321 §4.1.1.10). One deadline for
    /// all, so that twenty silent hosts cost no more time than one.
    static func quit(_ connections: [SMTPConnection]) async {
        guard let first = connections.first else { return }
        let deadline = first.time.now + first.options.timeouts.quit
        for connection in connections { await connection.sayQuit(until: deadline) }
        for connection in connections {
            _ = try? await connection.stream.fill()
            if connection.isCounted { await connection.awaitEnd() }
            connection.close()
        }
    }

    /// Until the host has closed, too: only then it has one connection less.
    private func awaitEnd() async {
        stream.shutdownWrite()
        for _ in 0..<Self.farewells {
            stream.discardInbound()
            guard (try? await stream.fill()) == true else { return }
        }
    }

    private func sayQuit(until deadline: MonotonicInstant) async {
        stream.outbound.removeAll()
        stream.outbound.append("QUIT\r\n")
        stream.deadline = deadline
        // A connection that is gone already need not be waited for.
        if (try? await stream.flush()) == nil { close() }
    }

    func close() { stream.close() }
}
