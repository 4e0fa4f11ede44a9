import Glibc

/// A UDP socket on 127.0.0.1, blocking with a short time limit. For fake servers.
final class LoopbackSocket: Sendable {
    private let descriptor: Int32
    let port: UInt16

    struct SocketFailure: Error { var code: Int32 }

    init(stream: Bool = false, port wanted: UInt16 = 0) throws {
        let descriptor = socket(AF_INET, Int32((stream ? SOCK_STREAM : SOCK_DGRAM).rawValue), 0)
        self.descriptor = descriptor
        var address = Self.loopback(wanted)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var limit = timeval(tv_sec: 0, tv_usec: 20_000)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let status = unsafe Self.withGeneric(&address) { unsafe bind(descriptor, $0, size) }
        let code = errno
        _ = unsafe Self.withGeneric(&address) { unsafe getsockname(descriptor, $0, &size) }
        port = UInt16(bigEndian: address.sin_port)
        guard status == 0 else { throw SocketFailure(code: code) }
    }

    deinit { close(descriptor) }

    /// `nil` when nothing came within the time limit.
    func receive() -> (bytes: [UInt8], from: UInt16)? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe Self.withGeneric(&address) {
                unsafe recvfrom(descriptor, bytes.baseAddress, bytes.count, 0, $0, &size)
            }
        }
        return count < 0 ? nil : (Array(buffer.prefix(count)), UInt16(bigEndian: address.sin_port))
    }

    func send(_ bytes: [UInt8], to port: UInt16) {
        var address = Self.loopback(port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe bytes.withUnsafeBytes { raw in
            unsafe Self.withGeneric(&address) { unsafe sendto(descriptor, raw.baseAddress, raw.count, 0, $0, size) }
        }
    }

    /// A port on which both a UDP and a TCP server can be started: below the range that the kernel hands out to clients
    /// (ip(7), `ip_local_port_range`), or a query of another test may take it in between.
    static func freePort() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 10_000..<32_000)
            if (try? LoopbackSocket(port: port)) != nil, (try? LoopbackSocket(stream: true, port: port)) != nil {
                return port
            }
        }
        throw SocketFailure(code: EADDRINUSE)
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func withGeneric<R>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> R
    ) -> R {
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }
}
