import Loop

/// Why a connection could not leave from its source. Says nothing about the host it was for.
enum SourceFailure: Hashable, Sendable {
    /// The address is not on this machine, or may not be bound.
    case address(errno: Int32)
    case proxy(ProxyFailure)
}

/// Why a proxy did not bring a connection about.
enum ProxyFailure: Error, Hashable, Sendable {
    /// The DNS knows no address for its name.
    case noAddress
    /// It cannot be reached.
    case unreached(StreamFailure)
    /// It hung up or fell silent before its work was done.
    case broken(StreamFailure)
    /// What it says is not its protocol.
    case violation
    /// It accepts none of the ways to authenticate that we have (RFC 1928 §3).
    case noMethod
    /// It does not accept the user or the password (RFC 1929 §2).
    case badCredentials
    /// The user or the password does not fit into its protocol: 1 to 255 bytes each.
    case unsuitableCredentials
    case refused(SOCKSRefusal)
    /// A reply that RFC 1928 does not assign.
    case unknownReply(UInt8)
    /// The source has no address of the host's family to put into the PROXY header, or the version is neither 1 nor 2.
    case noHeader
}

/// What a SOCKS proxy says to a request that it does not fulfil (RFC 1928 §6).
enum SOCKSRefusal: UInt8, Hashable, Sendable, CaseIterable {
    case generalFailure = 1
    case notAllowed = 2
    case networkUnreachable = 3
    case hostUnreachable = 4
    case connectionRefused = 5
    case ttlExpired = 6
    case commandNotSupported = 7
    case addressTypeNotSupported = 8

    /// Whether it is the mail host that cannot be had: the proxy did its work.
    var isAboutHost: Bool {
        switch self {
        case .networkUnreachable, .hostUnreachable, .connectionRefused, .ttlExpired: true
        case .generalFailure, .notAllowed, .commandNotSupported, .addressTypeNotSupported: false
        }
    }
}

extension SourceFailure {
    /// The proxy works and refuses this one host, for reasons of its own. Whoever publishes an address that proxies
    /// refuse, say a private one, must not make the source rest for everybody else.
    var isAboutOneHost: Bool {
        switch self {
        case .proxy(.refused(.generalFailure)), .proxy(.refused(.notAllowed)),
            .proxy(.refused(.addressTypeNotSupported)), .proxy(.unknownReply):
            true
        case .proxy, .address: false
        }
    }

    /// How much it rules out besides the one address.
    enum Extent: Hashable, Sendable {
        /// All addresses of the family: the source may have another.
        case family
        /// Everything from this source.
        case source
    }

    var extent: Extent {
        switch self {
        case .address, .proxy(.refused(.addressTypeNotSupported)), .proxy(.noHeader): .family
        case .proxy: .source
        }
    }

    /// For logs.
    var text: String {
        switch self {
        case .address(let errno): "its address cannot be bound (errno \(errno))"
        case .proxy(let failure):
            switch failure {
            case .noAddress: "the name of its proxy has no address"
            case .unreached(let reason): "its proxy cannot be reached: \(reason)"
            case .broken(let reason): "its proxy broke off: \(reason)"
            case .violation: "its proxy does not speak the protocol"
            case .noMethod: "its proxy accepts no method of authentication that is configured"
            case .badCredentials: "its proxy refuses user or password"
            case .unsuitableCredentials: "user or password are too long or empty for its proxy"
            case .refused(let refusal): "its proxy refuses: \(refusal)"
            case .unknownReply(let code): "its proxy answers with the unknown code \(code)"
            case .noHeader: "it has no address for the header of its proxy"
            }
        }
    }
}
