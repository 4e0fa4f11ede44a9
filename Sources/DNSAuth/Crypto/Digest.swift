/// SHA-256 for rooms that hold no OpenSSL: keys and passwords are kept as digests.
package enum Digest {
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] { SHA256Digest.of(bytes.span) }
}
