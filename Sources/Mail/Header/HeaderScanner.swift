/// Walks over the fields of a header section (RFC 5322 §2.2), without allocating.
///
/// Lines may end in CRLF or in a bare LF. A line that is neither a field nor the continuation of one is passed over and
/// noted in `isMalformed`, so that the fields behind it are still found.
public struct HeaderScanner: ~Escapable {
    private let bytes: Span<UInt8>
    private var index = 0
    /// The first byte of the body once `next` has returned `nil`; the count where no empty line was found.
    public private(set) var bodyOffset = 0
    public private(set) var isMalformed = false
    /// Whether a byte above 127 was seen in the lines passed so far.
    public private(set) var has8Bit = false

    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    @_lifetime(self: copy self)
    public mutating func next() -> HeaderField? {
        while index < bytes.count {
            let start = index
            let first = bytes[start]
            if first == 0x0A || (first == 0x0D && start + 1 < bytes.count && bytes[start + 1] == 0x0A) {
                bodyOffset = start + (first == 0x0A ? 1 : 2)
                index = start
                return nil
            }
            let end = endOfField(from: start)
            index = end
            if let field = field(start..<end) { return field }
            isMalformed = true
        }
        bodyOffset = bytes.count
        return nil
    }

    /// Behind the line end of the last continuation line.
    @_lifetime(self: copy self)
    private mutating func endOfField(from start: Int) -> Int {
        var at = start
        repeat {
            let (end, saw8Bit) = LineSearch.endOfLine(bytes, from: at)
            if saw8Bit { has8Bit = true }
            at = end
        } while at < bytes.count && bytes[at].isBlank
        return at
    }

    private func field(_ whole: Range<Int>) -> HeaderField? {
        var colon = whole.lowerBound
        while colon < whole.upperBound, bytes[colon].isFieldNameCharacter { colon += 1 }
        let name = whole.lowerBound..<colon
        // RFC 5322 §4.5: obsolete fields may have white space before the colon.
        while colon < whole.upperBound, bytes[colon].isBlank { colon += 1 }
        guard !name.isEmpty, colon < whole.upperBound, bytes[colon] == UInt8(ascii: ":") else { return nil }
        var end = whole.upperBound
        if end > colon + 1, bytes[end - 1] == 0x0A {
            end -= 1
            if end > colon + 1, bytes[end - 1] == 0x0D { end -= 1 }
        }
        return HeaderField(nameRange: name, valueRange: colon + 1..<end, wholeRange: whole)
    }
}
