import Glibc
package import Mail

/// A connected UDP socket, for questions to a DNS server: only datagrams from that server are seen, and the source
/// port is a random one of the kernel's choice (RFC 5452 §9.2).
///
/// Not Sendable: one actor on the loop owns it.
package final class DatagramSocket {
    package let peer: SocketAddress
    package let local: SocketAddress
    private let descriptor: Descriptor

    private init(_ descriptor: Descriptor, peer: SocketAddress) {
        self.descriptor = descriptor
        self.peer = peer
        local = SystemSocket.local(of: descriptor.number) ?? .any
    }

    deinit { descriptor.loop.retire(descriptor) }

    package static func connect(to peer: SocketAddress, on loop: EventLoop) throws(StreamFailure) -> DatagramSocket {
        let number = try SystemSocket.make(.datagram, for: peer)
        if unsafe peer.withSockaddr({ unsafe Glibc.connect(number, $0, $1) }) != 0 {
            let code = errno
            _ = Glibc.close(number)
            throw StreamFailure(errno: code)
        }
        return DatagramSocket(Descriptor(number, on: loop), peer: peer)
    }

    /// Never waits: a datagram for which the kernel has no room is lost, like any other on its way.
    package func send(_ bytes: [UInt8]) throws(StreamFailure) {
        try send(bytes.span)
    }

    package func send(_ bytes: Span<UInt8>) throws(StreamFailure) {
        guard descriptor.isOpen else { throw .closed }
        let result = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if result < 0 && errno != EAGAIN && errno != ENOBUFS { throw StreamFailure(errno: errno) }
    }

    /// The next datagram, up to 64 KiB. `.refused` when the server's machine says that nobody listens there.
    package func receive(deadline: MonotonicInstant) async throws(StreamFailure) -> [UInt8] {
        while true {
            guard descriptor.isOpen else { throw .closed }
            var buffer = Bytes()
            let count = unsafe buffer.withRoom(atLeast: 65_536) {
                unsafe recv(descriptor.number, $0.baseAddress, $0.count, 0)
            }
            if count >= 0 { return buffer.copy() }
            switch errno {
            case EAGAIN: break
            case EINTR: continue
            default: throw StreamFailure(errno: errno)
            }
            switch await descriptor.wait(for: .reading, until: deadline) {
            case .ready: break
            case .timedOut: throw .timedOut
            case .cancelled: throw .cancelled
            case .closed: throw .closed
            }
        }
    }

    package func close() { descriptor.loop.retire(descriptor) }
}
