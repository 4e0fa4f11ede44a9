import Glibc
package import Mail

/// Where a socket is bound or connected to.
package struct SocketAddress: Hashable, Sendable {
    package var ip: IPAddress
    package var port: UInt16

    package init(ip: IPAddress, port: UInt16) {
        self.ip = ip
        self.port = port
    }

    package static let any = Self(ip: .v4(0), port: 0)

    /// An address and port on this machine, for what must not leave it.
    package static func loopback(port: UInt16 = 0) -> Self { Self(ip: .v4(0x7F00_0001), port: port) }
}

extension SocketAddress: CustomStringConvertible, LosslessStringConvertible {
    /// `127.0.0.1:25` or `[::1]:25`; anything else is `nil`. Names are not looked up.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        let isBracketed = host.first == "[" && host.last == "]" && host.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        var bytes: (UInt64, UInt64) = (0, 0)
        let family = isBracketed ? AF_INET6 : AF_INET
        guard unsafe inet_pton(family, String(host), &bytes) == 1 else { return nil }
        ip =
            isBracketed
            ? .v6(high: UInt64(bigEndian: bytes.0), low: UInt64(bigEndian: bytes.1))
            : .v4(UInt32(bigEndian: UInt32(truncatingIfNeeded: bytes.0)))
        self.port = port
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch ip {
        case .v4(let address):
            var bytes = address.bigEndian
            unsafe inet_ntop(AF_INET, &bytes, &text, socklen_t(text.count))
        case .v6(let high, let low):
            var bytes = (high.bigEndian, low.bigEndian)
            unsafe inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count))
        }
        let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return switch ip {
        case .v4: "\(host):\(port)"
        case .v6: "[\(host)]:\(port)"
        }
    }
}

// MARK: The kernel's form

extension SocketAddress {
    var family: Int32 {
        switch ip {
        case .v4: AF_INET
        case .v6: AF_INET6
        }
    }

    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch ip {
        case .v4(let address):
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            raw.sin_addr.s_addr = address.bigEndian
            return unsafe withUnsafeBytes(of: &raw) {
                unsafe body(
                    $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
            }
        case .v6(let high, let low):
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            var bytes = (high.bigEndian, low.bigEndian)
            unsafe memcpy(&raw.sin6_addr, &bytes, 16)
            return unsafe withUnsafeBytes(of: &raw) {
                unsafe body(
                    $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
            }
        }
    }

    /// Lets the kernel fill in an address. `nil` when `fill` fails or the family is neither IPv4 nor IPv6.
    static func read(_ fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> Self? {
        var raw = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = unsafe withUnsafeMutableBytes(of: &raw) {
            unsafe fill($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard result >= 0 else { return nil }
        if Int32(raw.sin6_family) == AF_INET6 {
            var bytes: (UInt64, UInt64) = (0, 0)
            unsafe memcpy(&bytes, &raw.sin6_addr, 16)
            return Self(
                ip: .v6(high: UInt64(bigEndian: bytes.0), low: UInt64(bigEndian: bytes.1)),
                port: UInt16(bigEndian: raw.sin6_port))
        }
        guard Int32(raw.sin6_family) == AF_INET else { return nil }
        var raw4 = sockaddr_in()
        unsafe memcpy(&raw4, &raw, MemoryLayout<sockaddr_in>.size)
        return Self(ip: .v4(UInt32(bigEndian: raw4.sin_addr.s_addr)), port: UInt16(bigEndian: raw4.sin_port))
    }
}
