package import Mail

/// What a signature is made over (RFC 6376 §3.7), computed again from the message.
package enum HashInput {
    /// The fields that `h=` names, then the signature field itself without the value of its `b=`.
    /// - Parameters:
    ///   - place: of the signature field in the header.
    ///   - signature: the same field, parsed.
    package static func header(
        _ signature: DKIMSignature, at place: Int, of header: ContentHeader, in content: Content
    ) -> [UInt8] {
        var input = FieldSelection(
            names: signature.fields, of: header, in: content, signature.form.header, except: place
        ).canonical
        appendField(at: place, signature.tags, of: header, in: content, signature.form.header, to: &input)
        return input
    }

    /// Appends the canonical signature field, its `b=` emptied, without its CRLF.
    package static func appendField(
        at place: Int, _ tags: TagList, of header: ContentHeader, in content: Content, _ form: Canonicalization,
        to input: inout [UInt8]
    ) {
        let emptied = header.withField(place, of: content) { field, value -> [UInt8] in
            // RFC 6376 §3.7: everything between the equals sign and the semicolon, white space included.
            guard let old = tags.tag("b")?.spacedValue, value.lowerBound + old.upperBound <= field.count else {
                return []
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(field.count)
            bytes.write(field.extracting(0..<value.lowerBound + old.lowerBound))
            bytes.write(field.extracting(value.lowerBound + old.upperBound..<field.count))
            return bytes
        }
        form.appendHeaderField(emptied.span, to: &input, terminated: false)
    }

    /// The canonical body, hashed in one pass.
    package static func body(
        of content: Content, from offset: Int, _ form: Canonicalization, _ algorithm: HashAlgorithm,
        length: Int? = nil
    ) -> BodyHash {
        var sink = BodyHashSink(algorithm, limit: length)
        var canonicalizer = BodyCanonicalizer(form)
        let original = content.original.span
        canonicalizer.update(original.extracting(min(offset, original.count)..<original.count), into: &sink)
        canonicalizer.finish(into: &sink)
        return sink.finish()
    }
}

package struct BodyHash: Hashable, Sendable {
    package var digest: [UInt8]
    /// Bytes of the whole canonical body, beyond `l=` too.
    package var count: Int
}

/// Hashes up to a limit, and counts on.
private struct BodyHashSink: CanonicalSink, ~Copyable {
    private var digest: MessageDigest
    private let limit: Int
    private var count = 0

    init(_ algorithm: HashAlgorithm, limit: Int?) {
        digest = MessageDigest(algorithm)
        self.limit = limit ?? .max
    }

    mutating func write(_ bytes: Span<UInt8>) {
        let room = limit - min(limit, count)
        digest.update(bytes.extracting(0..<min(room, bytes.count)))
        count += bytes.count
    }

    consuming func finish() -> BodyHash {
        let count = count
        return BodyHash(digest: digest.finish(), count: count)
    }
}
