import Glibc
package import Mail

extension SocketStream {
    /// Opens a TCP connection. Must be called on the loop's executor.
    /// - Parameter source: the address of ours to come from; `nil` leaves it to the kernel.
    package static func connect(
        to peer: SocketAddress, from source: IPAddress?, on loop: EventLoop, deadline: MonotonicInstant
    ) async throws(StreamFailure) -> SocketStream {
        let number = try SystemSocket.make(.stream, for: peer)
        let descriptor = Descriptor(number, on: loop)
        do {
            if let source { try bind(number, to: source) }
            SystemSocket.setNoDelay(on: number)
            try await connect(descriptor, to: peer, deadline: deadline)
        } catch {
            loop.retire(descriptor)
            throw error
        }
        return SocketStream(connected: descriptor, peer: peer)
    }

    private static func bind(_ number: Int32, to source: IPAddress) throws(StreamFailure) {
        // The port is chosen at connect, when the peer is known: otherwise one source address has only 28,000
        // connections.
        SystemSocket.set(IP_BIND_ADDRESS_NO_PORT, level: Int32(IPPROTO_IP), on: number)
        let address = SocketAddress(ip: source, port: 0)
        if unsafe address.withSockaddr({ unsafe Glibc.bind(number, $0, $1) }) != 0 {
            throw .noSource(errno: errno)
        }
    }

    private static func connect(
        _ descriptor: Descriptor, to peer: SocketAddress, deadline: MonotonicInstant
    ) async throws(StreamFailure) {
        if unsafe peer.withSockaddr({ unsafe Glibc.connect(descriptor.number, $0, $1) }) == 0 { return }
        guard errno == EINPROGRESS || errno == EINTR else { throw StreamFailure(errno: errno) }
        while true {
            switch await descriptor.wait(for: .writing, until: deadline) {
            case .ready: break
            case .timedOut: throw .timedOut
            case .cancelled: throw .cancelled
            case .closed: throw .closed
            }
            let code = SystemSocket.pendingError(of: descriptor.number)
            if code != 0 { throw StreamFailure(errno: code) }
            // Woken for something else: there is no peer before the handshake is over.
            if SystemSocket.peer(of: descriptor.number) != nil { return }
        }
    }
}
