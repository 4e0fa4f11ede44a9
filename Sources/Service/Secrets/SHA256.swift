import DNSAuth

/// The one digest that secrets are kept as.
enum SHA256 {
    static func digest(of bytes: [UInt8]) -> [UInt8] { Digest.sha256(bytes) }
}
