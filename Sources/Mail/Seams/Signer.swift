/// Makes DKIM signatures (RFC 6376). RSA takes half a millisecond, so it never happens on a loop.
public protocol Signer: Sendable {
    /// The DKIM-Signature fields for this content, each ended by CRLF, to be put in front of it: one per active key of the
    /// author's domain, none when the engine holds no key for it. Returns on the caller's executor.
    /// - Parameter author: the domain of the From field, or of the nearest parent the engine holds keys for.
    func signatures(for content: Content, author: Domain, at time: WallTime) async throws(SigningFailure) -> [UInt8]
}

public enum SigningFailure: Error, Hashable, Sendable {
    /// The stored key cannot be used; the text names the selector, never the key.
    case badKey(selector: String)
    /// The header section cannot be parsed, so nothing can be signed.
    case malformedContent
}
