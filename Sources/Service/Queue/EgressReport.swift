package import Mail
import Queue

/// A source of the configuration with what it does now.
package struct SourceReport: Hashable, Sendable {
    package var name: String
    package var addresses: [IPAddress]
    /// `nil`: that of the transport.
    package var heloName: String?
    /// `socks5://host:port` or `haproxy-v2://host:port`; never a password.
    package var proxy: String?
    /// The pools that it is a member of.
    package var pools: [String]
    package var load: SourceLoad?

    init(_ source: EgressSource, pools: [String], load: SourceLoad?) {
        name = source.name
        addresses = source.addresses
        heloName = source.heloName
        proxy = source.proxy.map(Self.words)
        self.pools = pools
        self.load = load
    }

    private static func words(_ proxy: EgressProxy) -> String {
        let host = proxy.host.contains(":") ? "[\(proxy.host)]" : proxy.host
        switch proxy.kind {
        case .socks5: return "socks5://\(host):\(proxy.port)"
        case .haproxy(let version): return "haproxy-v\(version)://\(host):\(proxy.port)"
        }
    }
}

/// A pool of the configuration.
package struct PoolReport: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package var source: String
        package var weight: Int
    }

    package var name: String
    package var members: [Member]
    /// The pool that takes what no member may send; `nil`: it waits.
    package var overflow: String?

    init(_ pool: SourcePool, sources: [EgressSource]) {
        name = pool.name
        overflow = pool.overflow
        members = pool.members.compactMap { member in
            sources.indices.contains(member.source)
                ? Member(source: sources[member.source].name, weight: member.weight) : nil
        }
    }
}

/// What came of reading `shaping.yaml` anew.
package enum ShapingReload: Hashable, Sendable {
    case loaded(rules: Int)
    /// What is wrong, each with file and line. The rules that were in force stay.
    case refused([String])
    /// The configuration names no shaping rules.
    case notConfigured
}
