package import Mail

/// What is published for a key at `selector._domainkey.domain` (RFC 6376 §3.6.1).
package struct DKIMRecord: Hashable, Sendable {
    package var algorithm: DKIMKey.Algorithm
    /// As in `DKIMKey.publicKey`.
    package var publicKey: [UInt8]

    package init(_ key: DKIMKey) {
        algorithm = key.algorithm
        publicKey = key.publicKey
    }

    package static func name(selector: String, domain: Domain) -> String { "\(selector)._domainkey.\(domain.text)" }

    /// The record as one text.
    package var text: String {
        let type =
            switch algorithm {
            case .rsaSHA256: "rsa"
            // RFC 8463 §4.
            case .ed25519SHA256: "ed25519"
            }
        return "v=DKIM1; k=\(type); p=\(Base64.encode(publicKey))"
    }

    /// The same in character-strings of at most 255 bytes, which are joined again by whoever reads it
    /// (RFC 6376 §3.6.2.2): a 2048-bit key takes two.
    package var strings: [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 255).map { start in
            String(decoding: bytes[start..<min(start + 255, bytes.count)], as: UTF8.self)
        }
    }

    /// The strings in quotes, as they are pasted into a zone file.
    package var zoneText: String { strings.map { "\"\($0)\"" }.joined(separator: " ") }
}
