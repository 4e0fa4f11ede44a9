import Loop
import Mail

/// How connections of one batch leave: from which address, under which name, perhaps through a proxy. What is above,
/// TLS and SMTP, sees a stream to the mail host either way.
struct Departure: Sendable {
    /// `nil`: as the transport is set.
    let source: EgressSource?
    let dialer: any Dialer
    /// Looks the proxy's name up.
    let lookup: HostSource

    /// A stream to the target, and the address that the target sees, as far as it is known.
    struct Passage {
        var stream: ByteStream
        var address: IPAddress?
    }

    /// Addresses of a proxy that are tried, one after the other.
    private static let proxyAddresses = 3

    /// What the transport's options come to for this source.
    func options(_ options: ClientOptions) -> ClientOptions {
        guard let source else { return options }
        var options = options
        options.source = nil
        if let name = source.heloName { options.heloName = name }
        return options
    }

    /// - Parameters:
    ///   - own: the transport's own address, for batches without a source.
    ///   - deadline: for all of it.
    func dial(
        _ target: SocketAddress, own: IPAddress?, deadline: MonotonicInstant
    ) async throws(SessionFailure) -> Passage {
        guard let source else { return try await dialStraight(target, from: own, deadline) }
        guard let proxy = source.proxy else {
            let address = source.address(towards: target.ip)
            do {
                return try await dialStraight(target, from: address, deadline)
            } catch {
                guard case .stream(.noSource(let errno)) = error.cause else { throw error }
                throw SessionFailure(.connect, .source(.address(errno: errno)))
            }
        }
        let stream = try await reach(proxy, deadline)
        do throws(SessionFailure) {
            switch proxy.kind {
            case .socks5(let user, let password):
                let bound = try await shakeHands(stream, target, user: user, password: password)
                return Passage(stream: stream, address: bound ?? source.address(towards: target.ip))
            case .haproxy(let version):
                guard let address = source.address(towards: target.ip) else {
                    throw SessionFailure(.connect, .source(.proxy(.noHeader)))
                }
                try await introduce(stream, version, from: address, to: target)
                return Passage(stream: stream, address: address)
            }
        } catch {
            stream.close()
            throw error
        }
    }

    private func dialStraight(
        _ target: SocketAddress, from address: IPAddress?, _ deadline: MonotonicInstant
    ) async throws(SessionFailure) -> Passage {
        do {
            let stream = try await dialer.dial(target, from: address, deadline: deadline)
            return Passage(stream: stream, address: stream.local.ip)
        } catch {
            throw SessionFailure(.connect, .stream(error))
        }
    }

    // MARK: proxies

    private func reach(_ proxy: EgressProxy, _ deadline: MonotonicInstant) async throws(SessionFailure) -> ByteStream {
        let found = await lookup.addresses(of: MailHost(name: proxy.host, port: proxy.port))
        guard case .success(let answer) = found, !answer.records.isEmpty else {
            throw SessionFailure(.connect, .source(.proxy(.noAddress)))
        }
        var failure = StreamFailure.refused
        for address in answer.records.prefix(Self.proxyAddresses) {
            do {
                let stream = try await dialer.dial(
                    SocketAddress(ip: address, port: proxy.port), from: nil, deadline: deadline)
                stream.deadline = deadline
                return stream
            } catch {
                if error == .cancelled { throw SessionFailure(.connect, .stream(.cancelled)) }
                failure = error
            }
        }
        throw SessionFailure(.connect, .source(.proxy(.unreached(failure))))
    }

    /// - Returns: the address that the proxy says it connects from.
    private func shakeHands(
        _ stream: ByteStream, _ target: SocketAddress, user: String?, password: String?
    ) async throws(SessionFailure) -> IPAddress? {
        var handshake: SOCKSHandshake
        do {
            handshake = try SOCKSHandshake(target: target, user: user, password: password)
        } catch {
            throw SessionFailure(.connect, .source(.proxy(error)))
        }
        handshake.start(into: &stream.outbound)
        try await flush(stream)
        while true {
            let action: SOCKSHandshake.Action
            do {
                action = try handshake.received(&stream.inbound, into: &stream.outbound)
            } catch {
                if case .refused(let refusal) = error, refusal.isAboutHost {
                    throw SessionFailure(.connect, .unreached(refusal))
                }
                throw SessionFailure(.connect, .source(.proxy(error)))
            }
            switch action {
            case .flush: try await flush(stream)
            case .read: try await fill(stream, isConnecting: handshake.isConnecting)
            case .done(let bound):
                // All zeros: it does not tell.
                guard let bound, bound.ip.octets.contains(where: { $0 != 0 }) else { return nil }
                return bound.ip
            }
        }
    }

    private func fill(_ stream: ByteStream, isConnecting: Bool) async throws(SessionFailure) {
        let isMore: Bool
        do {
            isMore = try await stream.fill()
        } catch {
            // The proxy has just answered, so it is the mail host that does not.
            if error == .timedOut, isConnecting { throw SessionFailure(.connect, .stream(.timedOut)) }
            throw Self.broken(error)
        }
        guard isMore else { throw Self.broken(.closed) }
    }

    private func introduce(
        _ stream: ByteStream, _ version: Int, from address: IPAddress, to target: SocketAddress
    ) async throws(SessionFailure) {
        do {
            let source = SocketAddress(ip: address, port: stream.local.port)
            try ProxyHeader.write(version: version, from: source, to: target, into: &stream.outbound)
        } catch {
            throw SessionFailure(.connect, .source(.proxy(error)))
        }
        try await flush(stream)
    }

    private func flush(_ stream: ByteStream) async throws(SessionFailure) {
        do { try await stream.flush() } catch { throw Self.broken(error) }
    }

    private static func broken(_ failure: StreamFailure) -> SessionFailure {
        if failure == .cancelled { return SessionFailure(.connect, .stream(.cancelled)) }
        return SessionFailure(.connect, .source(.proxy(.broken(failure))))
    }
}
