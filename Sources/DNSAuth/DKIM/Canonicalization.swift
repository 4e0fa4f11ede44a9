/// RFC 6376 §3.4: how a header section or a body is brought into the form that is hashed.
package enum Canonicalization: String, Hashable, Sendable {
    case simple
    case relaxed
}

/// The two halves of the `c=` tag (RFC 6376 §3.5).
package struct CanonicalizationPair: Hashable, Sendable {
    package var header: Canonicalization
    package var body: Canonicalization

    package init(header: Canonicalization, body: Canonicalization) {
        self.header = header
        self.body = body
    }

    /// What survives the reformatting that mail meets on its way.
    package static let relaxed = Self(header: .relaxed, body: .relaxed)

    var text: String { "\(header.rawValue)/\(body.rawValue)" }
}

/// Where canonical bytes go: into a digest, or into an array.
protocol CanonicalSink: ~Copyable {
    mutating func write(_ bytes: Span<UInt8>)
}

extension [UInt8]: CanonicalSink {
    mutating func write(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension MessageDigest: CanonicalSink {
    mutating func write(_ bytes: Span<UInt8>) { update(bytes) }
}
