/// Finds one value in the bytes of a JSON object without building the rest (RFC 8259): a load client reads a number and
/// an error code out of each answer, and must not cost as much as the server.
///
/// What is not JSON is not found. Names are compared as they are written: one with an escape in it is passed by.
struct JSONCursor: ~Escapable {
    private let text: Span<UInt8>
    private var at = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    /// The whole number at the end of the path, `nil` when there is none or it does not fit.
    static func integer(_ text: Span<UInt8>, _ path: StaticString...) -> Int? {
        var cursor = JSONCursor(text)
        for name in path where !cursor.enter(name) { return nil }
        return cursor.integer()
    }

    /// The text at the end of the path as it is written, without its quotation marks; `nil` when there is none.
    /// - Parameter limit: bytes; what is longer is cut.
    static func text(_ text: Span<UInt8>, limit: Int = 64, _ path: StaticString...) -> String? {
        var cursor = JSONCursor(text)
        for name in path where !cursor.enter(name) { return nil }
        return cursor.string(limit: limit)
    }

    // MARK: steps

    private var here: UInt8? { at < text.count ? text[at] : nil }

    private mutating func skipBlanks() {
        while let byte = here, byte == 32 || byte == 10 || byte == 13 || byte == 9 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard here == byte else { return false }
        at += 1
        return true
    }

    /// From the beginning of an object to the beginning of the value of this name.
    private mutating func enter(_ name: StaticString) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        while true {
            skipBlanks()
            guard let range = quoted() else { return false }
            guard take(UInt8(ascii: ":")) else { return false }
            if isName(range, name) { return true }
            guard skipValue(), take(UInt8(ascii: ",")) else { return false }
        }
    }

    private func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { letters in
            for index in 0..<range.count where unsafe text[range.lowerBound + index] != letters[index] { return false }
            return true
        }
    }

    /// A text in quotation marks: what is between them.
    private mutating func quoted() -> Range<Int>? {
        guard here == UInt8(ascii: "\"") else { return nil }
        at += 1
        let start = at
        while let byte = here {
            if byte == UInt8(ascii: "\"") {
                at += 1
                return start..<at - 1
            }
            at += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// Counts brackets instead of descending, so that no answer makes it recurse.
    private mutating func skipValue() -> Bool {
        skipBlanks()
        var depth = 0
        while let byte = here {
            switch byte {
            case UInt8(ascii: "\""):
                guard quoted() != nil else { return false }
                if depth == 0 { return true }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return true }
                depth -= 1
                if depth == 0 {
                    at += 1
                    return true
                }
            case UInt8(ascii: ","): if depth == 0 { return true }
            default: break
            }
            at += 1
        }
        return false
    }

    private mutating func integer() -> Int? {
        skipBlanks()
        let start = at
        while let byte = here, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        if let byte = here, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") { return nil }
        return ASCIIText.decimal(text.extracting(start..<at))
    }

    private mutating func string(limit: Int) -> String? {
        skipBlanks()
        guard let range = quoted() else { return nil }
        let count = min(range.count, max(0, limit))
        var bytes: [UInt8] = []
        for index in range.lowerBound..<range.lowerBound + count { bytes.append(text[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
