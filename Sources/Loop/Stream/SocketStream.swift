import Glibc
package import Mail

/// A TCP connection, plain or with TLS.
package final class SocketStream: ByteStream {
    let descriptor: Descriptor
    var session: TLSSession?
    /// Set until the session of this client has been kept for the next connection.
    var sessionToKeep: SessionToKeep?
    /// How much the next read makes room for. Grows while reads fill it, so that an idle connection holds little memory
    /// and a busy one needs few calls.
    private var readSize = SocketStream.smallRead
    /// Calls since the last time another job of the loop could run.
    private var uninterrupted = 0

    static let smallRead = 4 * 1024
    static let largeRead = 64 * 1024
    /// A peer that is faster than we are must not keep the loop to itself.
    private static let callsPerTurn = 64

    /// Takes over an accepted connection.
    package init(accepted socket: AcceptedSocket, on loop: EventLoop) {
        descriptor = Descriptor(socket.adopt(), on: loop)
        super.init(peer: socket.peer, local: SystemSocket.local(of: descriptor.number) ?? .any)
    }

    init(connected descriptor: Descriptor, peer: SocketAddress) {
        self.descriptor = descriptor
        super.init(peer: peer, local: SystemSocket.local(of: descriptor.number) ?? .any)
    }

    deinit {
        session?.sayGoodbye()
        descriptor.loop.retire(descriptor)
    }

    package override func close() {
        guard descriptor.isOpen else { return }
        rememberSession()
        session?.sayGoodbye()
        session = nil
        descriptor.loop.retire(descriptor)
    }

    package override func shutdownWrite() {
        guard descriptor.isOpen else { return }
        session?.sayGoodbye()
        _ = shutdown(descriptor.number, Int32(SHUT_WR))
    }

    package override func startTLSServer(_ context: TLSServerContext) async throws(StreamFailure) -> TLSFacts {
        try await shakeHandsAsServer(context)
    }

    package override func startTLSClient(
        _ context: TLSClientContext, check: TLSPeerCheck
    ) async throws(StreamFailure) -> TLSFacts {
        try await shakeHandsAsClient(context, check)
    }

    // MARK: Reading

    package override func fill() async throws(StreamFailure) -> Bool {
        try await takeTurns()
        if session != nil { return try await fillSecurely() }
        while true {
            guard descriptor.isOpen else { throw .closed }
            let count = unsafe inbound.withRoom(atLeast: readSize) {
                unsafe recv(descriptor.number, $0.baseAddress, min($0.count, Self.largeRead), 0)
            }
            if count > 0 {
                adaptReadSize(to: count)
                return true
            }
            if count == 0 { return false }
            switch errno {
            case EAGAIN: try await waitToRead()
            case EINTR: continue
            default: throw StreamFailure(errno: errno)
            }
        }
    }

    func adaptReadSize(to count: Int) {
        if count >= readSize { readSize = min(readSize * 4, Self.largeRead) }
    }

    func waitToRead() async throws(StreamFailure) {
        if inbound.isEmpty {
            inbound.shrink(above: Self.smallRead)
            readSize = Self.smallRead
        }
        try await wait(for: .reading)
    }

    // MARK: Writing

    package override func flush() async throws(StreamFailure) {
        try await takeTurns()
        if session != nil { return try await flushSecurely() }
        while !outbound.isEmpty {
            guard descriptor.isOpen else { throw .closed }
            let count = unsafe outbound.withUnsafeReadable {
                unsafe send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                outbound.consume(count)
            } else {
                try await waitAfterFailedWrite(errno)
            }
        }
        outbound.shrink(above: Self.smallRead)
    }

    package override func flush(_ pieces: [[UInt8]]) async throws(StreamFailure) {
        if session != nil { return try await flushSecurely(pieces) }
        try await takeTurns()
        var gather = Gather(pieces)
        while !gather.isDone || !outbound.isEmpty {
            guard descriptor.isOpen else { throw .closed }
            let head = outbound.count
            let count = unsafe outbound.withUnsafeReadable { unsafe gather.send(after: $0, to: descriptor.number) }
            if count >= 0 {
                outbound.consume(min(count, head))
                gather.advance(by: max(0, count - head))
            } else {
                try await waitAfterFailedWrite(errno)
            }
        }
        outbound.shrink(above: Self.smallRead)
    }

    private func waitAfterFailedWrite(_ code: Int32) async throws(StreamFailure) {
        switch code {
        case EAGAIN: try await wait(for: .writing)
        case EINTR: break
        default: throw StreamFailure(errno: code)
        }
    }

    // MARK: Waiting

    func wait(for direction: Descriptor.Direction) async throws(StreamFailure) {
        uninterrupted = 0
        switch await descriptor.wait(for: direction, until: deadline) {
        case .ready: return
        case .timedOut: throw .timedOut
        case .cancelled: throw .cancelled
        case .closed: throw .closed
        }
    }

    func takeTurns() async throws(StreamFailure) {
        uninterrupted += 1
        guard uninterrupted > Self.callsPerTurn else { return }
        uninterrupted = 0
        await descriptor.loop.yield()
        if Task.isCancelled { throw .cancelled }
    }
}
