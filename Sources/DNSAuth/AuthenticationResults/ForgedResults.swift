package import Mail

/// Takes out Authentication-Results fields that strangers wrote in our name (RFC 8601 §5).
package enum ForgedResults {
    /// Only what the client handed in is searched: `added` was written by this engine. The content itself comes back,
    /// uncopied, when there is nothing to take out, which is nearly always; else it is copied once.
    package static func removed(from content: Content, authority: String) -> Content {
        let bytes = content.original.span
        let identity = AuthorityName(authority)
        var forged: [Range<Int>] = []
        var fields = HeaderScanner(bytes)
        while let field = fields.next() {
            guard field.isNamed("authentication-results", in: bytes) else { continue }
            if isForged(bytes.extracting(field.valueRange), identity) { forged.append(field.wholeRange) }
        }
        guard !forged.isEmpty else { return content }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var start = 0
        for range in forged {
            kept.append(contentsOf: content.original[start..<range.lowerBound])
            start = range.upperBound
        }
        kept.append(contentsOf: content.original[start...])
        return Content(added: content.added, original: kept)
    }

    private static func isForged(_ value: Span<UInt8>, _ identity: AuthorityName) -> Bool {
        var scanner = ResultsScanner(value)
        do throws(AuthenticationResultsFailure) {
            return identity.matches(try AuthenticationResults.authority(&scanner))
        } catch {
            // RFC 8601 §5: a version nobody knows must go as well. So must a field whose authority cannot be read: a
            // reader behind us that is less strict might read ours into it.
            return true
        }
    }
}
