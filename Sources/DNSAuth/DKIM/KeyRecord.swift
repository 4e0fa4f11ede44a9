import Mail

/// What is published for a selector (RFC 6376 §3.6.1), read leniently where the RFC lets a verifier choose: unknown
/// tags, hashes, flags and services are passed over, and `g=` of RFC 4871 is one of those.
package struct KeyRecord: Hashable, Sendable {
    package enum KeyType: Hashable, Sendable {
        case rsa
        case ed25519
    }

    package var type: KeyType
    /// `p=`, decoded.
    package var publicKey: [UInt8]
    /// `h=`; `nil` allows all.
    package var hashes: Set<HashAlgorithm>?
    /// `s=`, lower-case; `["*"]` when it is not there.
    package var services: [String]
    /// `t=y`
    package var isTesting: Bool
    /// `t=s`
    package var demandsExactDomain: Bool

    /// Throws `.malformedKey`, `.revokedKey` or, for a type that nobody here knows, `.keyTypeMismatch`.
    package init(_ text: String) throws(SignatureFailure) {
        let list: TagList
        do throws(TagListFailure) {
            list = try TagList(text)
        } catch {
            throw .malformedKey
        }
        // RFC 6376 §3.6.1: `v=` is DKIM1 and stands first, when it is there.
        if let version = list.text("v"), version != "DKIM1" || list.tags.first?.name != "v" { throw .malformedKey }
        guard let encoded = list.compact("p") else { throw .malformedKey }
        switch list.text("k")?.lowercased() {
        case nil, "rsa": type = .rsa
        // RFC 8463 §4.
        case "ed25519": type = .ed25519
        // RFC 6376 §3.6.1: unrecognized key types are ignored.
        default: throw .keyTypeMismatch
        }
        // RFC 6376 §3.6.1: an empty value means that the key has been revoked.
        guard !encoded.isEmpty else { throw .revokedKey }
        guard let publicKey = Base64.decode(encoded.span) else { throw .malformedKey }
        self.publicKey = publicKey
        hashes = Self.items(list, "h").map { names in
            Set(names.compactMap { $0 == "sha256" ? .sha256 : $0 == "sha1" ? .sha1 : nil })
        }
        services = Self.items(list, "s") ?? ["*"]
        let flags = Self.items(list, "t") ?? []
        isTesting = flags.contains("y")
        demandsExactDomain = flags.contains("s")
    }

    /// The parts between colons, lower-case.
    private static func items(_ list: TagList, _ name: String) -> [String]? {
        list.unfolded(name)?.lowercased().split(separator: ":").map(String.init)
    }

    /// The key, parsed; `nil` when the bytes are none of this type. Takes tens of microseconds.
    func parsed() -> VerifyingKey? { VerifyingKey(type, publicKey) }
}

/// A public key that may be shared.
package final class VerifyingKey: Sendable {
    package let type: KeyRecord.KeyType
    private let key: PublicKey

    /// `nil` when the bytes are no key of this type.
    package init?(_ type: KeyRecord.KeyType, _ bytes: [UInt8]) {
        self.type = type
        switch type {
        case .rsa:
            guard let key = PublicKey(rsa: bytes.span) else { return nil }
            self.key = key
        case .ed25519:
            guard let key = PublicKey(ed25519: bytes.span) else { return nil }
            self.key = key
        }
    }

    /// Of the modulus; 256 for Ed25519.
    package var bits: Int {
        switch key.kind {
        case .rsa(let bits): bits
        case .ed25519: 256
        }
    }

    /// RFC 6376 §6.1.3 step 4, over the digest of the hash input.
    package func isValid(_ signature: [UInt8], over digest: [UInt8], _ algorithm: HashAlgorithm) -> Bool {
        key.isValid(signature, over: digest, algorithm)
    }
}
