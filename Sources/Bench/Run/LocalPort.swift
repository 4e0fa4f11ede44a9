import Glibc
import Loop
import Mail

/// Ports of this machine, blocking and only for a moment.
package enum LocalPort {
    /// A port of 127.0.0.1 that nothing listens on at this moment.
    package static func free() throws(RunFailure) -> UInt16 {
        do { return try Listener.bind(.loopback()).address.port } catch {
            throw RunFailure("no free port: \(error)")
        }
    }

    /// Whether something listens there.
    package static func isOpen(_ port: UInt16) -> Bool {
        guard let descriptor = connect(port) else { return false }
        _ = close(descriptor)
        return true
    }

    /// The answer to a GET, head and body, from a server that ends the connection; `nil` when there is none within five
    /// seconds.
    package static func get(_ path: String, port: UInt16) -> String? {
        guard let descriptor = connect(port) else { return nil }
        defer { _ = close(descriptor) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n".utf8)
        guard unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var answer: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        // A page of counters is some tens of kilobytes.
        while answer.count < 4 << 20 {
            let count = unsafe recv(descriptor, &room, room.count, 0)
            if count < 0 { return nil }
            if count == 0 { break }
            answer += room.prefix(count)
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func connect(_ port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe Glibc.connect(
                descriptor, bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count))
        }
        if result == 0 { return descriptor }
        _ = close(descriptor)
        return nil
    }
}
