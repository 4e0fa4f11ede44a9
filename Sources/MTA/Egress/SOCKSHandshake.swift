import Loop
import Mail

/// The client's side of SOCKS5, up to the point where the proxy hands the connection over (RFC 1928, RFC 1929).
///
/// Pure: requests are written into a buffer, replies are read out of one, the caller owns the stream and the clock.
/// Each reply is read to its exact end, because what follows the last one is already the mail host's.
struct SOCKSHandshake {
    enum Action: Hashable {
        /// Send what was written, then go on with what comes.
        case flush
        /// The reply is not complete.
        case read
        /// The proxy is out of the way.
        /// - Parameter bound: where the connection comes from, as far as the proxy says (RFC 1928 §6).
        case done(bound: SocketAddress?)
    }

    /// What the next reply answers. Successors in order; `authentication` is left out where the proxy wants none.
    private enum Step {
        case methods
        case authentication
        case request
        case over
    }

    private enum Method {
        static let none: UInt8 = 0
        static let password: UInt8 = 2
        static let noneAcceptable: UInt8 = 0xFF
    }

    private static let version: UInt8 = 5
    /// RFC 1929 §2: of the sub-negotiation.
    private static let passwordVersion: UInt8 = 1

    private let target: SocketAddress
    private let user: [UInt8]?
    private let password: [UInt8]
    private var step = Step.methods

    /// - Parameter target: the mail host; its name is never told to the proxy.
    /// - Throws: `.unsuitableCredentials`.
    init(target: SocketAddress, user: String?, password: String?) throws(ProxyFailure) {
        self.target = target
        self.user = user.map { Array($0.utf8) }
        self.password = Array((password ?? "").utf8)
        guard let user = self.user else { return }
        // RFC 1929 §2: each has its length in one byte, from 1 to 255.
        guard (1...255).contains(user.count), (1...255).contains(self.password.count) else {
            throw .unsuitableCredentials
        }
    }

    /// Whether the proxy has been asked to connect: from here on it is the mail host that is waited for.
    var isConnecting: Bool {
        switch step {
        case .methods, .authentication: false
        case .request, .over: true
        }
    }

    /// Writes the first message (RFC 1928 §3).
    func start(into out: inout Bytes) {
        out.append(Self.version)
        if user == nil {
            out.append(1)
            out.append(Method.none)
        } else {
            out.append(2)
            out.append(Method.none)
            out.append(Method.password)
        }
    }

    /// Takes the next reply from what has arrived, as far as it is complete.
    mutating func received(_ input: inout Bytes, into out: inout Bytes) throws(ProxyFailure) -> Action {
        switch step {
        case .methods: return try receivedMethod(&input, &out)
        case .authentication: return try receivedStatus(&input, &out)
        case .request: return try receivedReply(&input)
        case .over: throw .violation
        }
    }

    private mutating func receivedMethod(_ input: inout Bytes, _ out: inout Bytes) throws(ProxyFailure) -> Action {
        guard !input.isEmpty else { return .read }
        guard input[0] == Self.version else { throw .violation }
        guard input.count >= 2 else { return .read }
        let method = input[1]
        input.consume(2)
        // The proxy speaks again only when it is asked again.
        guard input.isEmpty else { throw .violation }
        switch method {
        case Method.none: request(into: &out)
        case Method.password:
            // RFC 1928 §3: only what was offered may be chosen.
            guard let user else { throw .violation }
            out.append(Self.passwordVersion)
            out.append(UInt8(truncatingIfNeeded: user.count))
            out.append(user)
            out.append(UInt8(truncatingIfNeeded: password.count))
            out.append(password)
            step = .authentication
        case Method.noneAcceptable: throw .noMethod
        default: throw .violation
        }
        return .flush
    }

    /// RFC 1929 §2: everything but 0 is a no.
    private mutating func receivedStatus(_ input: inout Bytes, _ out: inout Bytes) throws(ProxyFailure) -> Action {
        guard !input.isEmpty else { return .read }
        // Some proxies put the version of SOCKS here; the status means the same.
        guard input[0] == Self.passwordVersion || input[0] == Self.version else { throw .violation }
        guard input.count >= 2 else { return .read }
        let status = input[1]
        input.consume(2)
        guard status == 0 else { throw .badCredentials }
        guard input.isEmpty else { throw .violation }
        request(into: &out)
        return .flush
    }

    /// RFC 1928 §4: CONNECT to the address.
    private mutating func request(into out: inout Bytes) {
        out.append(Self.version)
        out.append(1)
        out.append(0)
        switch target.ip {
        case .v4: out.append(1)
        case .v6: out.append(4)
        }
        out.append(target.ip.octets)
        out.append(UInt8(truncatingIfNeeded: target.port >> 8))
        out.append(UInt8(truncatingIfNeeded: target.port))
        step = .request
    }

    /// RFC 1928 §6
    private mutating func receivedReply(_ input: inout Bytes) throws(ProxyFailure) -> Action {
        guard !input.isEmpty else { return .read }
        guard input[0] == Self.version else { throw .violation }
        guard input.count >= 2 else { return .read }
        let code = input[1]
        if code != 0 {
            // The rest of the reply is of no interest, and many proxies cut it short.
            guard let refusal = SOCKSRefusal(rawValue: code) else { throw .unknownReply(code) }
            throw .refused(refusal)
        }
        // The type of the address, and the first byte of it, which is the length of a name.
        guard input.count >= 5 else { return .read }
        let size: Int
        switch input[3] {
        case 1: size = 4
        case 3: size = 1 + Int(input[4])
        case 4: size = 16
        default: throw .violation
        }
        let length = 4 + size + 2
        guard input.count >= length else { return .read }
        let port = UInt16(input[length - 2]) << 8 | UInt16(input[length - 1])
        let octets = input.copy(4..<4 + size)
        let address = input[3] == 3 ? nil : IPAddress(octets: octets.span)
        input.consume(length)
        step = .over
        return .done(bound: address.map { SocketAddress(ip: $0, port: port) })
    }
}
