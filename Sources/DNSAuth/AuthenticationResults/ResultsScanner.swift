/// Reads the lexical pieces of an Authentication-Results field: comments, quoted strings, words (RFC 8601 §2.2).
///
/// Comments may be nested; they are counted, not recursed into. An unterminated comment or string reaches to the end.
struct ResultsScanner: ~Escapable {
    private let bytes: Span<UInt8>
    private(set) var at = 0
    /// The first comment passed since this was last set to `nil`.
    var comment: String?

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { at >= bytes.count }

    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// Goes past one byte if it is this one.
    @_lifetime(self: copy self)
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    /// CFWS (RFC 5322 §3.2.2).
    @_lifetime(self: copy self)
    mutating func skipBlanksAndComments() {
        while at < bytes.count {
            let byte = bytes[at]
            if byte.isWhiteSpace || byte == .carriageReturn || byte == .lineFeed {
                at += 1
            } else if byte == UInt8(ascii: "(") {
                skipComment()
            } else {
                return
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func skipComment() {
        var text: [UInt8] = []
        var depth = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\\"), at < bytes.count {
                text.append(bytes[at])
                at += 1
                continue
            }
            if byte == UInt8(ascii: "(") {
                depth += 1
                if depth == 1 { continue }
            } else if byte == UInt8(ascii: ")") {
                depth -= 1
                if depth == 0 { break }
            }
            if byte != .carriageReturn, byte != .lineFeed { text.append(byte) }
        }
        if comment == nil { comment = String(decoding: text, as: UTF8.self) }
    }

    /// Bytes up to a blank, a comment, a semicolon or one of `stops`; lower-case. `nil` when there is none.
    /// - Parameter stops: ASCII.
    @_lifetime(self: copy self)
    mutating func word(until stops: String) -> String? {
        let start = at
        while at < bytes.count, !isDelimiter(bytes[at]), !stops.utf8.contains(bytes[at]) { at += 1 }
        guard at > start else { return nil }
        var text: [UInt8] = []
        for index in start..<at { text.append(bytes[index].lowercased) }
        return String(decoding: text, as: UTF8.self)
    }

    /// RFC 8601 §2.2: `value` or `pvalue`. Bare values may hold what they should have quoted, such as base64 with its
    /// `/` and `=`: nearly everybody writes `header.b` so. `nil` when there is nothing.
    /// - Parameter stops: bytes that end a bare value.
    @_lifetime(self: copy self)
    mutating func value(until stops: String = "") -> String? {
        if next == UInt8(ascii: "\"") {
            let start = at
            let content = quotedString()
            // RFC 8601 §2.2: a quoted local part has its domain behind it.
            guard next == UInt8(ascii: "@") else { return String(decoding: content, as: UTF8.self) }
            while at < bytes.count, !isDelimiter(bytes[at]) { at += 1 }
            return text(start..<at)
        }
        let start = at
        while at < bytes.count, !isDelimiter(bytes[at]), !stops.utf8.contains(bytes[at]) { at += 1 }
        return at > start ? text(start..<at) : nil
    }

    @_lifetime(self: copy self)
    mutating func quotedString() -> [UInt8] {
        var text: [UInt8] = []
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\"), at < bytes.count {
                text.append(bytes[at])
                at += 1
            } else if byte != .carriageReturn, byte != .lineFeed {
                text.append(byte)
            }
        }
        return text
    }

    /// To the next semicolon outside comments and quoted strings, or the end.
    @_lifetime(self: copy self)
    mutating func skipFinding() {
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: ";"): return
            case UInt8(ascii: "("): skipComment()
            case UInt8(ascii: "\""): _ = quotedString()
            default: at += 1
            }
        }
    }

    private func text(_ range: Range<Int>) -> String {
        var out: [UInt8] = []
        for index in range where bytes[index] != .carriageReturn && bytes[index] != .lineFeed {
            out.append(bytes[index])
        }
        return String(decoding: out, as: UTF8.self)
    }

    private func isDelimiter(_ byte: UInt8) -> Bool {
        byte <= .space || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "(") || byte == 0x7F
    }
}
