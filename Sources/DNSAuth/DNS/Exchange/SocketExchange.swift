import Loop
import Mail

/// Queries over the sockets of one loop. Must be called on that loop.
struct SocketExchange: DNSExchange {
    let loop: EventLoop

    func datagram(
        _ query: DNSQuery, to server: SocketAddress, until deadline: MonotonicInstant
    ) async throws(StreamFailure) -> [UInt8] {
        // RFC 5452 §9.2: a new socket each time is a new random port each time. It is connected, so the kernel drops
        // what comes from another address (RFC 5452 §9.1).
        let socket = try DatagramSocket.connect(to: server, on: loop)
        defer { socket.close() }
        try socket.send(query.wire)
        while true {
            let bytes = try await socket.receive(deadline: deadline)
            if query.match(bytes) != .foreign { return bytes }
        }
    }

    func stream(
        _ query: DNSQuery, to server: SocketAddress, until deadline: MonotonicInstant
    ) async throws(StreamFailure) -> [UInt8] {
        let stream = try await SocketStream.connect(to: server, from: nil, on: loop, deadline: deadline)
        defer { stream.close() }
        stream.deadline = deadline
        // RFC 1035 §4.2.2: two bytes of length; RFC 7766 §8: sent together with the message.
        stream.outbound.append(UInt8(query.wire.count >> 8))
        stream.outbound.append(UInt8(query.wire.count & 0xFF))
        stream.outbound.append(query.wire)
        try await stream.flush()
        while true {
            if stream.inbound.count >= 2 {
                let length = Int(stream.inbound[0]) << 8 | Int(stream.inbound[1])
                if stream.inbound.count >= 2 + length { return stream.inbound.copy(2..<2 + length) }
            }
            guard try await stream.fill() else { throw .closed }
        }
    }
}
