import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@Suite("Datagram sockets", .timeLimit(.minutes(1)))
struct DatagramTests {
    @Test("datagrams go to the server and come back; the source port differs from socket to socket")
    func exchange() async throws {
        let server = try UDPEcho()
        try await withLoop { loop in
            try await loop.run { stage in
                let first = try DatagramSocket.connect(to: .loopback(port: server.port), on: loop)
                let second = try DatagramSocket.connect(to: .loopback(port: server.port), on: loop)
                #expect(first.local.port != second.local.port && first.local.port != 0)
                for size in [0, 1, 512, 1_232, 60_000] {
                    let datagram = [UInt8](repeating: UInt8(size & 0xFF), count: size)
                    try first.send(datagram)
                    let waiting = Task {
                        _ = stage
                        return try await first.receive(deadline: loop.time.now + .seconds(20))
                    }
                    await server.answer()
                    #expect(try await waiting.value == datagram)
                }
                let result = await failure { () async throws(StreamFailure) in
                    _ = try await second.receive(deadline: loop.time.now + .milliseconds(20))
                }
                #expect(result == .timedOut)
                second.close()
                let closed = await failure { () async throws(StreamFailure) in
                    _ = try await second.receive(deadline: .distantFuture)
                }
                #expect(closed == .closed)
            }
        }
    }

    @Test("where nobody listens the kernel says so")
    func refused() async throws {
        let port = try UDPEcho().port
        try await withLoop { loop in
            try await loop.run { stage in
                let socket = try DatagramSocket.connect(to: .loopback(port: port), on: loop)
                try socket.send([1])
                let result = await failure { () async throws(StreamFailure) in
                    _ = try await socket.receive(deadline: loop.time.now + .seconds(20))
                }
                #expect(result == .refused)
            }
        }
    }
}

/// A UDP server that sends one datagram back when it is told to. The socket closes with it.
final class UDPEcho: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let pool = BlockingPool(name: "echo", threads: 1)

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) + getsockname(descriptor, $0, &length)
            }
        }
        try #require(result == 0)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    func answer() async {
        await pool.run { [descriptor] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var peer = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            unsafe withUnsafeMutablePointer(to: &peer) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    let count = unsafe recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
                    unsafe sendto(descriptor, buffer, max(0, count), 0, $0, length)
                }
            }
        }
    }
}
