package import Mail

/// What `a=` names (RFC 6376 §3.3, RFC 8463 §3).
package enum SignatureAlgorithm: String, Hashable, Sendable {
    case rsaSHA1 = "rsa-sha1"
    case rsaSHA256 = "rsa-sha256"
    case ed25519SHA256 = "ed25519-sha256"

    var hash: HashAlgorithm { self == .rsaSHA1 ? .sha1 : .sha256 }

    var keyType: KeyRecord.KeyType { self == .ed25519SHA256 ? .ed25519 : .rsa }
}

/// Why a signature does not count. One value for all that can be wrong with the field, its key and the message.
package enum SignatureFailure: Error, Hashable, Sendable {
    case malformed
    case duplicateTag
    case missingTag(String)
    case badTag(String)
    case unknownVersion
    case unknownAlgorithm
    case unknownCanonicalization
    case unknownQueryMethod
    case fromNotSigned
    case identityOutsideDomain
    case expired
    case fromTheFuture
    case historicAlgorithm
    case tooManySignatures
    case lookupFailed(ResolverFailure)
    case noKey
    case malformedKey
    case revokedKey
    case keyTypeMismatch
    case keyRefusesHash
    case keyForOtherService
    case keyDemandsExactDomain
    case shortKey(bits: Int)
    case longKey(bits: Int)
    case bodyShorterThanSigned
    case bodyAltered
    case headerAltered

    /// RFC 8601 §2.7.1. What cannot be read is `neutral`, what this site does not want is `policy`, what its owner has
    /// to repair is `permerror`, and what does not fit the message is `fail`.
    package var result: DKIMResult {
        switch self {
        case .malformed, .duplicateTag, .missingTag, .badTag, .unknownVersion, .unknownAlgorithm,
            .unknownCanonicalization, .unknownQueryMethod:
            .neutral
        case .fromNotSigned, .identityOutsideDomain, .noKey, .malformedKey, .revokedKey, .keyTypeMismatch,
            .keyRefusesHash, .keyForOtherService, .keyDemandsExactDomain, .historicAlgorithm:
            .permerror
        case .lookupFailed(.badName): .permerror
        case .lookupFailed: .temperror
        case .expired, .fromTheFuture, .tooManySignatures, .shortKey, .longKey: .policy
        case .bodyShorterThanSigned, .bodyAltered, .headerAltered: .fail
        }
    }

    /// One line for people, without anything a stranger wrote.
    package var reason: String {
        switch self {
        case .malformed: "signature is not a tag list"
        case .duplicateTag: "signature has a tag twice"
        case .missingTag(let name): "signature has no \(name)="
        case .badTag(let name): "signature has a bad \(name)="
        case .unknownVersion: "unknown signature version"
        case .unknownAlgorithm: "unknown algorithm"
        case .unknownCanonicalization: "unknown canonicalization"
        case .unknownQueryMethod: "unknown query method"
        case .fromNotSigned: "From is not signed"
        case .identityOutsideDomain: "i= is not within d="
        case .expired: "signature expired"
        case .fromTheFuture: "signature is from the future"
        case .historicAlgorithm: "rsa-sha1 is not accepted"
        case .tooManySignatures: "too many signatures"
        case .lookupFailed(let failure): "key lookup failed: \(failure.text)"
        case .noKey: "no key"
        case .malformedKey: "key record is malformed"
        case .revokedKey: "key is revoked"
        case .keyTypeMismatch: "key is of another type"
        case .keyRefusesHash: "key does not allow the hash algorithm"
        case .keyForOtherService: "key is for another service"
        case .keyDemandsExactDomain: "key demands that i= equals d="
        case .shortKey(let bits): "key of \(bits) bits is too short"
        case .longKey(let bits): "key of \(bits) bits is too long"
        case .bodyShorterThanSigned: "body is shorter than l="
        case .bodyAltered: "body hash did not verify"
        case .headerAltered: "signature did not verify"
        }
    }
}

extension ResolverFailure {
    fileprivate var text: String {
        switch self {
        case .timeout: "timeout"
        case .server(let rcode): "server failure \(rcode)"
        case .malformed: "malformed answer"
        case .unreachable: "no server reachable"
        case .badName: "impossible name"
        case .cancelled: "cancelled"
        }
    }
}
