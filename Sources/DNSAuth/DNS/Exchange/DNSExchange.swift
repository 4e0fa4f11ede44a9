import Loop
import Mail

/// Carries one query to one server and brings back the answer's bytes. Real over sockets, scripted in tests.
protocol DNSExchange: Sendable {
    /// One datagram from a fresh random port. Returns the first one back that `query.match` does not call foreign.
    func datagram(
        _ query: DNSQuery, to server: SocketAddress, until deadline: MonotonicInstant
    ) async throws(StreamFailure) -> [UInt8]

    /// Over TCP, without the length prefix.
    func stream(
        _ query: DNSQuery, to server: SocketAddress, until deadline: MonotonicInstant
    ) async throws(StreamFailure) -> [UInt8]
}
