import CEvent
import Glibc
import Mail

/// The calls that make and set up sockets. Every socket of ours is non-blocking and closed on exec.
enum SystemSocket {
    enum Kind { case stream, datagram }

    static func make(_ kind: Kind, for address: SocketAddress) throws(StreamFailure) -> Int32 {
        let type = kind == .stream ? SOCK_STREAM : SOCK_DGRAM
        let flags = Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, flags, 0)
        if descriptor < 0 { throw StreamFailure(errno: errno) }
        return descriptor
    }

    static func set(_ option: Int32, level: Int32 = SOL_SOCKET, to value: Int32 = 1, on descriptor: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Small writes go out at once: an SMTP command waits for its reply, not for more to send.
    static func setNoDelay(on descriptor: Int32) { set(TCP_NODELAY, level: Int32(IPPROTO_TCP), on: descriptor) }

    /// The error that the socket has met, 0 for none.
    static func pendingError(of descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code
    }

    static func local(of descriptor: Int32) -> SocketAddress? {
        unsafe SocketAddress.read { unsafe getsockname(descriptor, $0, $1) }
    }

    static func peer(of descriptor: Int32) -> SocketAddress? {
        unsafe SocketAddress.read { unsafe getpeername(descriptor, $0, $1) }
    }
}
