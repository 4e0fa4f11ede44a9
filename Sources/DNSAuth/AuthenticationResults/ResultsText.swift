package import Mail

/// The findings of one authority as they stand in a message's Authentication-Results fields, comments included: what a
/// sealer copies into ARC-Authentication-Results (RFC 8617 §5.1).
package struct ResultsText: Hashable, Sendable {
    package let authority: String
    /// Unfolded, without the semicolons between them.
    package private(set) var findings: [[UInt8]] = []

    private static let findingLimit = 256
    private static let byteLimit = 65_536

    /// Joins all fields of this authority, from the top.
    package init(of content: Content, authority: String) {
        self.authority = authority
        let identity = AuthorityName(authority)
        take(content.added.span, identity)
        take(content.original.span, identity)
    }

    private mutating func take(_ bytes: Span<UInt8>, _ identity: AuthorityName) {
        var fields = HeaderScanner(bytes)
        while let field = fields.next() {
            guard field.isNamed("authentication-results", in: bytes) else { continue }
            let value = bytes.extracting(field.valueRange)
            guard value.count <= Self.byteLimit else { continue }
            var scanner = ResultsScanner(value)
            guard let name = try? AuthenticationResults.authority(&scanner), identity.matches(name) else { continue }
            while scanner.take(UInt8(ascii: ";")) {
                let start = scanner.at
                scanner.skipFinding()
                let text = Self.unfolded(value, start..<scanner.at)
                guard !text.isEmpty, text != Array("none".utf8), findings.count < Self.findingLimit else { continue }
                findings.append(text)
            }
        }
    }

    private static func unfolded(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var out: [UInt8] = []
        for index in range {
            let byte = bytes[index]
            guard byte != .carriageReturn, byte != .lineFeed else { continue }
            if out.isEmpty, byte.isWhiteSpace { continue }
            out.append(byte)
        }
        while let last = out.last, last.isWhiteSpace { out.removeLast() }
        return out
    }

    /// The result of one method, lower-case, where the text says it plainly: `arc=pass` gives `pass`.
    package func result(of method: String) -> String? {
        for text in findings {
            var scanner = ResultsScanner(text.span)
            scanner.skipBlanksAndComments()
            guard scanner.word(until: "=/") == method else { continue }
            scanner.skipBlanksAndComments()
            guard scanner.take(UInt8(ascii: "=")) else { continue }
            scanner.skipBlanksAndComments()
            return scanner.word(until: "=")
        }
        return nil
    }
}

/// An authserv-id for comparison (RFC 8601 §2.5): it is a domain name to most, so without regard to case, and in
/// whichever of its two forms an internationalized name is written.
struct AuthorityName {
    private let canonical: String

    init(_ text: String) { canonical = Self.canonical(text) }

    func matches(_ other: String) -> Bool { Self.canonical(other) == canonical }

    private static func canonical(_ text: String) -> String {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        return (try? Domain(parsing: name))?.text ?? name.lowercased()
    }
}
