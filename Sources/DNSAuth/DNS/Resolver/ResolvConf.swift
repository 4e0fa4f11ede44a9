import Glibc
package import Loop

/// The parts of `/etc/resolv.conf` (resolv.conf(5)) that matter to a resolver of complete names: servers, and the
/// options `timeout`, `attempts` and `trust-ad`. Search lists do not: a mail domain is always a complete name.
package struct ResolvConf: Sendable {
    package var servers: [SocketAddress] = []
    package var timeout: Duration?
    package var attempts: Int?
    package var trustAD = false

    /// Unknown lines are skipped, as the system's own resolver does.
    package init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
            switch words.first {
            case "nameserver":
                guard words.count > 1, servers.count < 8 else { continue }
                let text = words[1].contains(":") ? "[\(words[1])]:53" : "\(words[1]):53"
                if let server = SocketAddress(text) { servers.append(server) }
            case "options":
                for option in words.dropFirst() { take(option) }
            default: continue
            }
        }
    }

    private mutating func take(_ option: Substring) {
        let parts = option.split(separator: ":", maxSplits: 1)
        switch (parts.first, parts.count > 1 ? Int(parts[1]) : nil) {
        case ("timeout", let seconds?): timeout = .seconds(min(max(seconds, 1), 30))
        case ("attempts", let count?): attempts = min(max(count, 1), 5)
        case ("trust-ad", _): trustAD = true
        default: break
        }
    }

    /// The file as it is now; empty when it cannot be read.
    package static func read(path: String = "/etc/resolv.conf") -> ResolvConf {
        guard let file = unsafe fopen(path, "r") else { return ResolvConf("") }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
        return ResolvConf(String(decoding: bytes[..<count], as: UTF8.self))
    }
}

extension ResolverOptions {
    /// What the system's own resolver would use; the local host when it names nothing (resolv.conf(5)).
    package static func system(_ file: ResolvConf = .read()) -> ResolverOptions {
        var options = ResolverOptions()
        options.servers = file.servers.isEmpty ? [SocketAddress("127.0.0.1:53")].compactMap { $0 } : file.servers
        if let timeout = file.timeout { options.timeout = timeout }
        if let attempts = file.attempts { options.attempts = attempts }
        options.trustAD = file.trustAD
        return options
    }
}
