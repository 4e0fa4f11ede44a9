package import Mail

/// Two ends of a connection that exists only in memory. Sendable, so that each side makes its own end where it lives.
package struct MemoryLink: Sendable {
    let there: MemoryPipe
    let back: MemoryPipe
    let chunk: Int
    let alarms: (any Alarms)?

    /// - Parameters:
    ///   - chunk: how many bytes one `fill` adds at most; 1 tests that every boundary is one a parser can live with.
    ///   - capacity: how many bytes are under way at most before `flush` waits.
    ///   - alarms: what deadlines are measured with; without it they are ignored.
    package init(chunk: Int = 64 * 1024, capacity: Int = .max, alarms: (any Alarms)? = nil) {
        there = MemoryPipe(capacity: capacity)
        back = MemoryPipe(capacity: capacity)
        self.chunk = max(1, chunk)
        self.alarms = alarms
    }

    /// The end that connected.
    package func client() -> MemoryStream { MemoryStream(self, reading: back, writing: there) }
    /// The end that accepted.
    package func server() -> MemoryStream { MemoryStream(self, reading: there, writing: back) }

    /// Breaks the connection as a reset does: both ends fail, and what is under way is lost.
    package func drop() {
        there.break()
        back.break()
    }
}

/// A stream without a socket, for tests and for hops within the process. It lives on any executor; TLS is pretended.
package final class MemoryStream: ByteStream {
    private let incoming: MemoryPipe
    private let outgoing: MemoryPipe
    private let chunk: Int
    private let alarms: (any Alarms)?
    private var isClosed = false
    /// What a handshake ends with. The verification is what the caller asked for, unless this says `.failed`.
    package var handshake: Result<TLSFacts, StreamFailure> = .success(
        TLSFacts(version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", verification: .verified))
    /// What is wrong with the certificate that the peer is pretended to have.
    package var certificateFault: TLSFailure?
    /// The name in it, for DANE-TA.
    package var pretendedName: String?
    /// What the last handshake was asked to check.
    package private(set) var handshakeCheck: TLSPeerCheck?

    init(_ link: MemoryLink, reading: MemoryPipe, writing: MemoryPipe) {
        incoming = reading
        outgoing = writing
        chunk = link.chunk
        alarms = link.alarms
        super.init(peer: .loopback(port: 25))
    }

    package override var local: SocketAddress { .loopback(port: 40_025) }

    /// Both ends at once, for code that keeps both in one place.
    package static func pair(
        chunk: Int = 64 * 1024, capacity: Int = .max, alarms: (any Alarms)? = nil
    ) -> (client: MemoryStream, server: MemoryStream) {
        let link = MemoryLink(chunk: chunk, capacity: capacity, alarms: alarms)
        return (link.client(), link.server())
    }

    deinit { leave() }

    package override func fill() async throws(StreamFailure) -> Bool {
        while true {
            if isClosed { throw .closed }
            switch incoming.read(into: &inbound, atMost: chunk) {
            case .bytes: return true
            case .ended: return false
            case .broken: throw .reset
            case .nothing: try await wait(incoming, .reading)
            }
        }
    }

    package override func flush() async throws(StreamFailure) {
        while !outbound.isEmpty {
            if isClosed { throw .closed }
            guard let count = outgoing.write(outbound) else { throw .reset }
            outbound.consume(count)
            if !outbound.isEmpty { try await wait(outgoing, .writing) }
        }
    }

    package override func flush(_ pieces: [[UInt8]]) async throws(StreamFailure) {
        for piece in pieces { outbound.append(piece) }
        try await flush()
    }

    private func wait(_ pipe: MemoryPipe, _ direction: Descriptor.Direction) async throws(StreamFailure) {
        switch await pipe.wait(for: direction, until: deadline, alarms: alarms) {
        case .ready: return
        case .timedOut: throw .timedOut
        case .cancelled: throw .cancelled
        case .closed: throw .closed
        }
    }

    package override func startTLSServer(_ context: TLSServerContext) async throws(StreamFailure) -> TLSFacts {
        try await pretend(.notRequested)
    }

    package override func startTLSClient(
        _ context: TLSClientContext, check: TLSPeerCheck
    ) async throws(StreamFailure) -> TLSFacts {
        handshakeCheck = check
        guard let fault = certificateFault else {
            switch check {
            case .none: return try await pretend(.notRequested)
            case .name(let host):
                verifiedName = host
                return try await pretend(.verified)
            case .dane(let reference):
                verifiedName = reference.records.contains { $0.usage == 3 } ? nil : pretendedName
                return try await pretend(.dane)
            }
        }
        guard case .none = check else { throw .tls(fault) }
        certificateFailure = fault
        return try await pretend(.failed)
    }

    private func pretend(_ verification: PeerVerification) async throws(StreamFailure) -> TLSFacts {
        guard inbound.isEmpty else { throw .tls(TLSFailure(reason: "plaintext before the handshake")) }
        try await flush()
        var facts = try handshake.get()
        if facts.verification != .failed { facts.verification = verification }
        tls = facts
        return facts
    }

    package override func shutdownWrite() { outgoing.end() }

    package override func close() { leave() }

    private func leave() {
        guard !isClosed else { return }
        isClosed = true
        outgoing.end()
        incoming.stopListening()
        // Whoever waits on this stream itself learns that it is closed.
        incoming.end()
    }
}
