/// Walks over one command line. Every step is bounded by the line; no step reads behind its end.
struct ByteCursor: ~Escapable {
    let bytes: Span<UInt8>
    private(set) var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    var isAtBlankOrEnd: Bool { next == nil || next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") }

    /// What has not been passed yet.
    var rest: Span<UInt8> {
        @_lifetime(copy self)
        get { bytes.extracting(position..<bytes.count) }
    }

    /// Passes a path and says whether it holds a byte above 127.
    @_lifetime(self: copy self)
    mutating func passPath(_ length: Int) -> Bool {
        let end = min(position + length, bytes.count)
        var isInternational = false
        while position < end {
            if bytes[position] >= 0x80 { isInternational = true }
            position += 1
        }
        return isInternational
    }

    /// Returns the number of spaces and tabs passed.
    @_lifetime(self: copy self)
    @discardableResult
    mutating func skipBlanks() -> Int {
        let start = position
        while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
        return position - start
    }

    /// The range up to the next blank or the end.
    @_lifetime(self: copy self)
    mutating func word() -> Range<Int> {
        let start = position
        while let byte = next, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { position += 1 }
        return start..<position
    }

    /// Passes the word when it comes next, in any case. `word` is upper-case.
    @_lifetime(self: copy self)
    mutating func take(_ word: StaticString) -> Bool {
        guard bytes.equals(word, in: position..<min(position + word.utf8CodeUnitCount, bytes.count)) else {
            return false
        }
        position += word.utf8CodeUnitCount
        return true
    }
}

extension Span<UInt8> {
    /// ASCII comparison without regard to case; `word` is upper-case.
    func equals(_ word: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for index in 0..<range.count {
                let byte = self[range.lowerBound + index]
                let upper = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 32 : byte
                if unsafe upper != letters[index] { return false }
            }
            return true
        }
    }

    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }

    /// `nil` when the bytes are not UTF-8.
    func text(_ range: Range<Int>) -> String? {
        String(validating: range.map { self[$0] }, as: UTF8.self)
    }
}
