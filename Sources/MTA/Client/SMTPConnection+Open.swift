import Loop
import Mail

extension SMTPConnection {
    /// How a target is to be approached.
    struct Approach {
        var options: ClientOptions
        var context: TLSClientContext?
        /// STARTTLS failed with this host a while ago, and the policy puts up with plaintext.
        var avoidsTLS = false
        var time: any TimeSource
        var departure: Departure
    }

    /// Connects and goes through greeting, EHLO, STARTTLS and AUTH.
    static func open(
        _ target: Target, _ approach: Approach
    ) async throws(SessionFailure) -> SMTPConnection {
        let options = approach.options
        let passage = try await approach.departure.dial(
            target.address, own: options.source, deadline: approach.time.now + options.timeouts.connect)
        let connection = SMTPConnection(
            passage, host: target.remoteHost, demand: target.demand, options: options,
            source: approach.departure.source, time: approach.time)
        do {
            try await connection.greet(target, approach)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    private func greet(_ target: Target, _ approach: Approach) async throws(SessionFailure) {
        if options.tls == .implicit { try await handshake(target, approach.context) }
        try await awaitBanner()
        try await sayHello()
        // A demand that cannot be done without outranks whatever the memory of broken TLS says.
        let avoidsTLS = approach.avoidsTLS && !demand.protection.isMandatory
        if demand.protection != .none, options.tls != .implicit, !avoidsTLS {
            try await startTLS(target, approach.context)
        }
        if let credentials = options.credentials { try await authenticate(credentials) }
    }

    private func awaitBanner() async throws(SessionFailure) {
        let head = try await awaitReply(.banner, within: options.timeouts.banner)
        switch head.code {
        case 220: forget(head)
        case 400...599: throw SessionFailure(.banner, .refused(text(of: head)))
        default: throw SessionFailure(.banner, .violation)
        }
        // RFC 5321 §3.1: the host speaks again only when spoken to.
        guard stream.inbound.isEmpty else { throw SessionFailure(.banner, .violation) }
    }

    /// EHLO, or HELO for a host that does not know it (RFC 5321 §3.2).
    func sayHello() async throws(SessionFailure) {
        extensions = Extensions()
        let head = try await ask("EHLO ", options.heloName, .hello, within: options.timeouts.hello)
        switch head.code {
        case 200...299:
            extensions = Extensions.parse(head, in: stream.inbound)
            forget(head)
        case 500, 501, 502, 504, 550:
            // RFC 5321 §4.1.1.1 lists these for a host that cannot do EHLO. TLS and AUTH cannot be had by HELO.
            if demand.protection.isMandatory || options.credentials != nil { throw helloRefused(head) }
            forget(head)
            try await sayOldHello()
        case 400...599: throw helloRefused(head)
        default: throw SessionFailure(.hello, .violation)
        }
    }

    /// Where a published policy demands TLS, nothing said in the clear may bounce mail: it may be an attacker who says
    /// it, instead of taking the STARTTLS keyword away.
    private func helloRefused(_ head: ReplyHead) -> SessionFailure {
        let isUnprotected = demand.isPublished && stream.tls == nil
        return SessionFailure(isUnprotected ? .startTLS : .hello, .refused(text(of: head)))
    }

    private func sayOldHello() async throws(SessionFailure) {
        let head = try await ask("HELO ", options.heloName, .hello, within: options.timeouts.hello)
        switch head.code {
        case 200...299: forget(head)
        case 400...599: throw SessionFailure(.hello, .refused(text(of: head)))
        default: throw SessionFailure(.hello, .violation)
        }
    }

    // MARK: TLS

    /// RFC 3207. Whatever was learned in the clear is forgotten, and EHLO is said again inside (§4.2).
    private func startTLS(_ target: Target, _ context: TLSClientContext?) async throws(SessionFailure) {
        guard extensions.offered.contains(.startTLS), context != nil else {
            // RFC 3207 §6: an attacker can remove the keyword, so a policy that wants TLS ends here.
            if demand.protection.isMandatory { throw SessionFailure(.startTLS, .tlsUnavailable) }
            return
        }
        let head = try await ask("STARTTLS", nil, .startTLS, within: options.timeouts.startTLS)
        guard head.code == 220 else {
            let reply = text(of: head)
            forget(head)
            if demand.protection.isMandatory || head.code == 421 || !stream.inbound.isEmpty {
                throw SessionFailure(.startTLS, .refused(reply))
            }
            return
        }
        forget(head)
        // What follows the 220 in the clear was put there to be read inside TLS as if it were protected: "NO STARTTLS",
        // USENIX Security 2021. There is no innocent explanation, so nobody goes on.
        guard stream.inbound.isEmpty else { throw SessionFailure(.startTLS, .violation) }
        try await handshake(target, context)
        try await sayHello()
    }

    private func handshake(_ target: Target, _ context: TLSClientContext?) async throws(SessionFailure) {
        guard let context else { throw SessionFailure(.startTLS, .tlsUnavailable) }
        stream.deadline = time.now + options.timeouts.startTLS
        do {
            let check = demand.protection.check(for: target.certificateName)
            _ = try await stream.startTLSClient(context, check: check)
        } catch {
            switch error {
            case .tls(let failure): throw SessionFailure(.startTLS, .tls(failure))
            case .closed, .reset, .timedOut:
                // Hosts with broken TLS often just hang up, or fall silent.
                throw SessionFailure(.startTLS, .tls(TLSFailure(reason: "\(error) during the handshake")))
            case .refused, .unreachable, .noSource, .cancelled, .other: throw SessionFailure(.startTLS, .stream(error))
            }
        }
    }

    // MARK: commands

    /// Sends one command and waits for its reply.
    func ask(
        _ verb: StaticString, _ argument: String?, _ step: SessionFailure.Step, within limit: Duration
    ) async throws(SessionFailure) -> ReplyHead {
        stream.outbound.append(verb)
        if let argument { stream.outbound.append(utf8: argument) }
        stream.outbound.append("\r\n")
        stream.deadline = time.now + limit
        do {
            try await stream.flush()
        } catch {
            throw SessionFailure(step, .stream(error))
        }
        return try await awaitReply(step, within: limit)
    }
}
