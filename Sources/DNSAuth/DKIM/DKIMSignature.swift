package import Mail

/// What a DKIM-Signature field says (RFC 6376 §3.5), or one of ARC's two that are made of the same tags
/// (RFC 8617 §4.1).
package struct DKIMSignature: Sendable {
    /// Which tags the field must hold.
    package enum Kind: Hashable, Sendable {
        case dkim
        /// ARC-Message-Signature: no `v=`, and `i=` is the instance (RFC 8617 §4.1.2).
        case arcMessage
        /// ARC-Seal: neither `h=` nor `bh=`, always relaxed (RFC 8617 §4.1.3).
        case arcSeal
    }

    package var algorithm: SignatureAlgorithm
    /// `b=`, decoded.
    package var signature: [UInt8]
    /// `bh=`, decoded; empty in a seal.
    package var bodyHash: [UInt8]
    package var form: CanonicalizationPair
    package var domain: Domain
    package var selector: String
    /// `h=`, lower-case, in its order; empty in a seal.
    package var fields: [String]
    /// `i=`, decoded, or `@` and the domain.
    package var identity: String
    /// The part of `i=` behind the `@`.
    package var identityDomain: Domain
    /// `l=`, in bytes of the canonical body.
    package var bodyLength: Int?
    /// `t=`, in seconds since 1970.
    package var signedAt: Int64?
    /// `x=`, likewise.
    package var expiresAt: Int64?
    /// All tags; their places are those in the value of the field.
    package var tags: TagList

    /// Where the key is published (RFC 6376 §3.6.2.1).
    package var keyName: String { "\(selector.lowercased())._domainkey.\(domain.text)" }

    /// RFC 6376 §3.5, `x=` and `t=`: a verifier may refuse what has expired, or comes from the future.
    /// - Parameter tolerance: in seconds, for clocks that differ.
    func checkTimes(at now: WallTime, tolerance: Int64) throws(SignatureFailure) {
        let seconds = now.milliseconds / 1_000
        if let expiresAt, seconds > tolerance, seconds - tolerance > expiresAt { throw .expired }
        if let signedAt, signedAt > seconds, signedAt - seconds > tolerance { throw .fromTheFuture }
    }
}
