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
    /// The last look met EAGAIN, and nobody has waited since: `fill` need not look again. What comes meanwhile is an
    /// edge that the descriptor keeps for whoever waits next.
    private var isDry = false
    /// Calls since the last time another job of the loop could run.
    private var uninterrupted = 0

    static let smallRead = 4 * 1024
    static let largeRead = 64 * 1024
    /// A peer that is faster than we are must not keep the loop to itself.
    private static let callsPerTurn = 64

    /// Takes over an accepted connection.
    package init(accepted socket: AcceptedSocket, on loop: EventLoop) {
        descriptor = Descriptor(socket.adopt(), on: loop)
        super.init(peer: socket.peer)
    }

    init(connected descriptor: Descriptor, peer: SocketAddress) {
        self.descriptor = descriptor
        super.init(peer: peer)
    }

    package override var local: SocketAddress { SystemSocket.local(of: descriptor.number) ?? .any }

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

    package override func fillNow() throws(StreamFailure) -> Arrival {
        guard session == nil, isOwnTurn() else { return .nothing }
        return try look()
    }

    package override func fill() async throws(StreamFailure) -> Bool {
        if !isOwnTurn() { try await giveWay() }
        if session != nil { return try await fillSecurely() }
        // An earlier look counts, but not for a deadline that is this very moment: what came last may not be reported
        // yet.
        var isStale = isDry
        while true {
            if !isDry {
                switch try look() {
                case .bytes: return true
                case .ended: return false
                case .nothing: isStale = false
                }
            }
            do { try await waitToRead() } catch { guard isStale, error == .timedOut else { throw error } }
        }
    }

    private func look() throws(StreamFailure) -> Arrival {
        while true {
            guard descriptor.isOpen else { throw .closed }
            let count = unsafe inbound.withRoom(atLeast: readSize) {
                unsafe recv(descriptor.number, $0.baseAddress, min($0.count, Self.largeRead), 0)
            }
            if count > 0 {
                isDry = false
                adaptReadSize(to: count)
                return .bytes
            }
            if count == 0 { return .ended }
            switch errno {
            case EAGAIN:
                isDry = true
                return .nothing
            case EINTR: continue
            default: throw StreamFailure(errno: errno)
            }
        }
    }

    func adaptReadSize(to count: Int) {
        if count >= readSize { readSize = min(readSize * 4, Self.largeRead) }
    }

    @inline(__always)
    func waitToRead() async throws(StreamFailure) {
        isDry = false
        if inbound.isEmpty {
            inbound.shrink(above: Self.smallRead)
            readSize = Self.smallRead
        }
        try await wait(for: .reading)
    }

    // MARK: Writing

    package override func flushNow() throws(StreamFailure) -> Bool {
        guard session == nil, isOwnTurn() else { return outbound.isEmpty }
        return try push()
    }

    package override func flush() async throws(StreamFailure) {
        if !isOwnTurn() { try await giveWay() }
        if session != nil { return try await flushSecurely() }
        while !(try push()) { try await wait(for: .writing) }
    }

    /// Whether all of `outbound` has gone; if not, the peer has to take something first.
    private func push() throws(StreamFailure) -> Bool {
        while true {
            guard descriptor.isOpen else { throw .closed }
            let result = Self.push(&outbound, to: descriptor.number)
            if result >= 0 { return true }
            switch errno {
            case EAGAIN: return false
            case EINTR: continue
            default: throw StreamFailure(errno: errno)
            }
        }
    }

    /// Writes until the buffer is empty or the system refuses, which leaves -1 and its `errno`. One access to the
    /// buffer for all of it.
    private static func push(_ bytes: inout Bytes, to descriptor: Int32) -> Int {
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeReadable {
                unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count >= 0 else { return -1 }
            bytes.consume(count)
        }
        bytes.shrink(above: smallRead)
        return 0
    }

    package override func flush(_ pieces: [[UInt8]]) async throws(StreamFailure) {
        if session != nil { return try await flushSecurely(pieces) }
        if !isOwnTurn() { try await giveWay() }
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

    /// Inlined, as `waitToRead` is: each level of asynchronous calls costs another look at where the task has to run.
    @inline(__always)
    func wait(for direction: Descriptor.Direction) async throws(StreamFailure) {
        uninterrupted = 0
        switch await descriptor.wait(for: direction, until: deadline) {
        case .ready: return
        case .timedOut: throw .timedOut
        case .cancelled: throw .cancelled
        case .closed: throw .closed
        }
    }

    /// False when others of the loop have waited long enough.
    func isOwnTurn() -> Bool {
        uninterrupted += 1
        return uninterrupted <= Self.callsPerTurn
    }

    func giveWay() async throws(StreamFailure) {
        uninterrupted = 0
        await descriptor.loop.yield()
        if Task.isCancelled { throw .cancelled }
    }
}
