import Loop
import Mail

/// Opens connections. The seam that lets tests put a scripted peer where the network is.
protocol Dialer: Sendable {
    /// Called and returning on the executor of the shard that will own the stream.
    func dial(
        _ peer: SocketAddress, from source: IPAddress?, deadline: MonotonicInstant
    ) async throws(StreamFailure)
        -> ByteStream
}

struct SocketDialer: Dialer {
    let loop: EventLoop

    func dial(
        _ peer: SocketAddress, from source: IPAddress?, deadline: MonotonicInstant
    ) async throws(StreamFailure) -> ByteStream {
        try await SocketStream.connect(to: peer, from: source, on: loop, deadline: deadline)
    }
}
