package import Logging
package import Loop
package import Mail
import Synchronization

/// One listening address: submission for the queue, or the receiving server of an inbox.
///
/// Binding and starting are apart, so that a process started as root can bind its ports, drop its privileges, and only
/// then read what strangers send. Sessions are dealt to the loops in turn and stay where they are.
package final class SubmissionServer: Sendable {
    /// With the port that the kernel chose when 0 was asked for.
    package let address: SocketAddress

    private let context: ServerContext
    private let listener: Listener
    private let census = Mutex(Census())

    private struct Census {
        var sessions: [ObjectIdentifier: SubmissionConversation] = [:]
        var perClient: [IPAddress: Int] = [:]
        var isDraining = false
    }

    /// - Parameter tls: needed where the options want TLS; with STARTTLS and none, TLS is not offered.
    package static func bind(
        _ options: ServerOptions, destination: MailDestination, tls: TLSServerContext? = nil,
        logger: Logger = Logger(label: "martlet.smtp.server")
    ) throws(LoopFailure) -> SubmissionServer {
        var options = options
        if tls == nil, options.tls == .startTLS { options.tls = .none }
        let listener = try Listener.bind(options.address)
        options.address = listener.address
        let context = ServerContext(options: options, destination: destination, tls: tls, logger: logger)
        return SubmissionServer(listener: listener, context: context)
    }

    private init(listener: Listener, context: ServerContext) {
        self.listener = listener
        self.context = context
        address = listener.address
    }

    /// Begins to accept, on the first loop of the group.
    package func start(on group: LoopGroup) {
        listener.start(on: group.next()) { [self] socket in
            let loop = group.next()
            let conversation = SubmissionConversation(context: context, executor: loop, time: loop.time)
            let refusal = admit(conversation, socket.peer.ip)
            // Immediate and on the loop: every resumption leads straight to the conversation's loop and not through a thread
            // of the global pool, which costs 20 microseconds and more.
            Task.immediate(executorPreference: loop) { [self] in
                if let refusal {
                    context.metrics.refusedConnection()
                    await conversation.refuse(socket, on: loop, with: refusal)
                } else {
                    context.metrics.opened()
                    await conversation.serve(socket, on: loop)
                    dismiss(conversation, socket.peer.ip)
                    context.metrics.closed()
                }
            }
        }
    }

    package var sessionCount: Int { census.withLock { $0.sessions.count } }

    var conversations: [SubmissionConversation] { census.withLock { Array($0.sessions.values) } }

    /// The certificate for handshakes from now on.
    package func replace(tls: TLSServerContext) { context.tlsContext = tls }

    /// Takes no more connections, says 421 to sessions between transactions, lets the others finish theirs, and returns
    /// when none is left or the time for it is over, in which case the rest is cut off.
    package func drain(_ time: any TimeSource) async {
        listener.stop()
        census.withLock { $0.isDraining = true }
        let deadline = time.now + context.options.timeouts.drain
        await withDiscardingTaskGroup { group in
            for conversation in conversations { group.addTask { await conversation.drain() } }
        }
        while sessionCount > 0, time.now < deadline {
            do { try await time.sleep(for: .milliseconds(20)) } catch { break }
        }
        for conversation in conversations { await conversation.abort() }
    }

    // MARK: - Admission

    /// `nil` when the client may have a session, which is then counted.
    private func admit(_ conversation: SubmissionConversation, _ client: IPAddress) -> CannedReply? {
        let isTrusted = context.isTrusted(client)
        let limits = context.options.limits
        return census.withLock { census in
            if census.isDraining { return .shuttingDown }
            if census.sessions.count >= limits.connections { return .tooManyConnections }
            if !isTrusted {
                let key = Self.block(of: client)
                let open = census.perClient[key, default: 0]
                if open >= limits.connectionsPerClient { return .tooManyFromYou }
                census.perClient[key] = open + 1
            }
            census.sessions[ObjectIdentifier(conversation)] = conversation
            return nil
        }
    }

    private func dismiss(_ conversation: SubmissionConversation, _ client: IPAddress) {
        let isTrusted = context.isTrusted(client)
        census.withLock { census in
            census.sessions[ObjectIdentifier(conversation)] = nil
            guard !isTrusted else { return }
            let key = Self.block(of: client)
            let open = census.perClient[key, default: 0]
            census.perClient[key] = open > 1 ? open - 1 : nil
        }
    }

    /// An IPv6 client usually has a /64 to itself.
    private static func block(of client: IPAddress) -> IPAddress {
        switch client.unmapped {
        case .v4(let address): .v4(address)
        case .v6(let high, _): .v6(high: high, low: 0)
        }
    }
}
