/// Where mail leaves from: local addresses with the name they go by, perhaps through a proxy that has them.
///
/// Made once by the configuration and shared by reference: a batch names one without copying anything. Two are the same
/// source when their names are equal; a reload makes new ones of the same names.
public final class EgressSource: Sendable, Hashable {
    /// As `sources` in the configuration names it, and `explain`, metrics and limits with it.
    public let name: String
    /// The address that connections come from, at most one of each family. Empty: the system chooses. Through SOCKS5 it
    /// is not used; an HAProxy is told it in its header.
    public let addresses: [IPAddress]
    /// `nil`: that of the transport.
    public let heloName: String?
    public let proxy: EgressProxy?

    public init(name: String, addresses: [IPAddress] = [], heloName: String? = nil, proxy: EgressProxy? = nil) {
        self.name = name
        self.addresses = addresses
        self.heloName = heloName
        self.proxy = proxy
    }

    public static func == (a: EgressSource, b: EgressSource) -> Bool { a === b || a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// A way through another host that has the address to send from.
public struct EgressProxy: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// RFC 1928, with RFC 1929 where there is a user.
        case socks5(user: String?, password: String?)
        /// The PROXY protocol of HAProxy, version 1 or 2: the header names the source's address and the mail host's.
        case haproxy(version: Int)
    }

    public var kind: Kind
    /// A name or an address without brackets.
    public var host: String
    public var port: UInt16

    public init(kind: Kind, host: String, port: UInt16) {
        self.kind = kind
        self.host = host
        self.port = port
    }
}
