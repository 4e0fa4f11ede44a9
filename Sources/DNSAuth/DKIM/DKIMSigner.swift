package import Loop
package import Mail

/// Makes the DKIM-Signature fields of outgoing mail (RFC 6376 §5), one for each key of the author's domain: RSA-SHA256
/// for everybody, Ed25519-SHA256 (RFC 8463) beside it for those who can check it.
///
/// The body is hashed once and the header fields are canonicalised once for all keys. The work runs on a pool of
/// threads, never on a loop: an RSA signature costs half a millisecond of CPU, as much as the delivery of four
/// messages.
package final class DKIMSigner: Signer {
    package let keyring: DKIMKeyring
    private let options: DKIMOptions
    private let pool: BlockingPool

    package init(keyring: DKIMKeyring, options: DKIMOptions = DKIMOptions(), pool: BlockingPool) {
        self.keyring = keyring
        self.options = options
        self.pool = pool
    }

    package func signatures(
        for content: Content, author: Domain, at time: WallTime
    ) async throws(SigningFailure) -> [UInt8] {
        guard let entry = keyring.keys(for: author) else { return [] }
        let options = options
        return try await pool.run { () throws(SigningFailure) -> [UInt8] in
            try Self.sign(content, with: entry, options: options, at: time)
        }
    }

    /// The work itself, on the calling thread.
    package static func sign(
        _ content: Content, with entry: DKIMKeyring.Entry, options: DKIMOptions, at time: WallTime
    ) throws(SigningFailure) -> [UInt8] {
        let form = options.canonicalization
        let header = try ContentHeader(content)
        let selection = try FieldSelection(options.fields, of: header, in: content, form.header)
        let bodyHash: String = Base64.encode(Self.bodyHash(of: content, from: header.bodyOffset, form.body))
        let seconds = max(time.milliseconds, 0) / 1_000
        var out: [UInt8] = []
        for result in entry.keys {
            let key = try result.get()
            let field = SignatureField(
                algorithm: key.algorithm, domain: entry.domain.text, selector: key.selector, form: form,
                signedAt: seconds, expiresAt: options.lifetime.map { seconds + max($0.components.seconds, 1) },
                bodyHash: bodyHash, fields: selection.names)
            out += field.signed(try key.sign(Self.hashInput(selection, field.bytes, form.header)))
        }
        return out
    }

    /// RFC 6376 §3.7, the data hash: the selected fields, then the signature field with an empty `b=` and no CRLF.
    static func hashInput(_ selection: FieldSelection, _ field: [UInt8], _ form: Canonicalization) -> [UInt8] {
        var input = selection.canonical
        form.appendHeaderField(field.span, to: &input, terminated: false)
        return input
    }

    /// RFC 6376 §3.7, the body hash.
    static func bodyHash(of content: Content, from offset: Int, _ form: Canonicalization) -> [UInt8] {
        var digest = MessageDigest(.sha256)
        var canonicalizer = BodyCanonicalizer(form)
        let original = content.original.span
        canonicalizer.update(original.extracting(min(offset, original.count)..<original.count), into: &digest)
        canonicalizer.finish(into: &digest)
        return digest.finish()
    }
}
