/// Writes one Authentication-Results field, folded at 78 characters (RFC 5322 §2.1.1).
///
/// Part of what is written was chosen by strangers: addresses, domains, texts out of DNS. It goes through `value` or
/// `text`, which quote, escape and cut, so that no one can end the field, end a line, or add a result of their own.
struct ResultsWriter {
    private(set) var bytes: [UInt8]
    private var column: Int

    private static let preferred = 78
    /// Bytes of one value; a path has at most 256 (RFC 5321 §4.5.3.1.3). Even escaped it fits a line of 998.
    private static let valueLimit = 320
    private static let textLimit = 160

    /// Begins with `Name:`, the instance (RFC 8617 §4.1.1) if there is one, and the authserv-id.
    init(_ name: String, instance: Int? = nil, authority: String) {
        bytes = Array(name.utf8)
        bytes.append(.colon)
        column = bytes.count
        if let instance { add(Array("i=\(instance);".utf8)) }
        add(Self.value(authority) + [UInt8(ascii: ";")])
    }

    /// The whole field with CRLF.
    static func field(_ results: AuthenticationResults) -> [UInt8] {
        var writer = ResultsWriter("Authentication-Results", authority: results.authority)
        let findings = results.findings.filter { isKeyword($0.method) && isKeyword($0.result) }
        // RFC 8601 §2.2: without any result the field says `none`.
        if findings.isEmpty { writer.add(Array("none".utf8)) }
        for (index, finding) in findings.enumerated() {
            writer.add(finding, isLast: index + 1 == findings.count)
        }
        return writer.finished()
    }

    /// The field with its CRLF.
    consuming func finished() -> [UInt8] {
        bytes.append(.carriageReturn)
        bytes.append(.lineFeed)
        return bytes
    }

    private mutating func add(_ finding: AuthenticationResults.Finding, isLast: Bool) {
        let version = finding.version == 1 ? "" : "/\(max(finding.version, 0))"
        var words = [Array("\(finding.method)\(version)=\(finding.result)".utf8)]
        if let comment = finding.comment { words.append(Self.text(comment, "(", ")")) }
        if let reason = finding.reason { words.append(Array("reason=".utf8) + Self.text(reason, "\"", "\"")) }
        for property in finding.properties where Self.isKeyword(property.type) && Self.isKeyword(property.name) {
            words.append(Array("\(property.type).\(property.name)=".utf8) + Self.value(property.value))
        }
        if !isLast { words[words.count - 1].append(UInt8(ascii: ";")) }
        startLine()
        for word in words { add(word) }
    }

    /// Adds a word that stands as it is, behind a space or on a line of its own.
    mutating func add(_ word: [UInt8]) {
        if column > 1, column + 1 + word.count > Self.preferred { startLine() }
        if column > 1 {
            bytes.append(.space)
            column += 1
        }
        bytes += word
        column += word.count
    }

    mutating func startLine() {
        bytes += [.carriageReturn, .lineFeed, 9]
        column = 1
    }

    /// `Keyword` of RFC 5321 §4.1.2, which names methods, results, ptypes and properties (RFC 8601 §2.2).
    static func isKeyword(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            && text.utf8.last != UInt8(ascii: "-")
    }

    /// `pvalue` of RFC 8601 §2.2: a token or an address stands bare, anything else is quoted.
    static func value(_ text: String) -> [UInt8] {
        let text = cut(text, valueLimit)
        if isToken(text.utf8) || isAddress(text) { return Array(text.utf8) }
        return quoted(text, "\"", "\"", keepsLetters: true)
    }

    /// A comment or a quoted string for people.
    private static func text(_ text: String, _ open: Unicode.Scalar, _ close: Unicode.Scalar) -> [UInt8] {
        quoted(cut(text, textLimit), open, close, keepsLetters: false)
    }

    /// The whole scalars within the first bytes.
    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var out = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= limit else { break }
            out.append(scalar)
        }
        return String(out)
    }

    private static func quoted(
        _ text: String, _ open: Unicode.Scalar, _ close: Unicode.Scalar, keepsLetters: Bool
    ) -> [UInt8] {
        var out = String.UnicodeScalarView()
        out.append(open)
        for scalar in text.unicodeScalars {
            switch scalar {
            // RFC 5322 §3.2.1: what ends the text, or starts a nested one, is escaped.
            case open, close, "\\":
                out.append("\\")
                out.append(scalar)
            case " "..."~": out.append(scalar)
            // RFC 6532 §3.2: a U-label or an internationalized local part stands as it is.
            case _ where keepsLetters && scalar.value >= 0xA0 && scalar.properties.isAlphabetic: out.append(scalar)
            default: out.append("?")
            }
        }
        out.append(close)
        return Array(String(out).utf8)
    }

    /// `[local-part] "@" domain-name` without quotes, or a domain name alone.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, let domain = parts.last, let local = parts.first else { return false }
        let isDomain =
            !domain.isEmpty && domain.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
        guard isDomain else { return false }
        // RFC 5322 §3.2.3: dot-atom; whoever expects tokens would misread a slash or an equals sign in it.
        return local.allSatisfy { isTokenByte($0) }
    }

    private static func isToken(_ text: String.UTF8View) -> Bool {
        !text.isEmpty && text.allSatisfy { isTokenByte($0) }
    }

    /// RFC 2045 §5.1.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        guard byte > 0x20, byte < 0x7F else { return false }
        return isLetterOrDigit(byte) || !"()<>@,;:\\\"/[]?=".utf8.contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 }
}
