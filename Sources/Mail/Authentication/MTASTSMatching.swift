extension MTASTSPolicy {
    /// Whether the policy names this host (RFC 8461 §4.1). A policy without patterns, as one of `mode: none`, names
    /// none.
    /// - Parameter host: the MX host name in A-labels; case and a final dot do not matter.
    public func names(host: String) -> Bool { mx.contains { Self.matches(host: host, pattern: $0) } }

    /// - Parameter pattern: a host name, or `*.` and one.
    public static func matches(host: String, pattern: String) -> Bool {
        var host = host.utf8[...]
        if host.last == UInt8(ascii: ".") { host = host.dropLast() }
        var pattern = pattern.utf8[...]
        // RFC 8461 §4.1: the wildcard stands for exactly one label, the leftmost.
        if pattern.starts(with: "*.".utf8) {
            guard let dot = host.firstIndex(of: UInt8(ascii: ".")), dot > host.startIndex else { return false }
            host = host[dot...]
            pattern = pattern.dropFirst()
        }
        return host.count == pattern.count && !host.isEmpty
            && zip(host, pattern).allSatisfy { $0.lowercased == $1.lowercased }
    }
}
