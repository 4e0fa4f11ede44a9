/// SHA-256 of bytes that are all there.
enum SHA256Digest {
    static func of(_ bytes: Span<UInt8>) -> [UInt8] { MessageDigest.of(bytes, .sha256) }
}
