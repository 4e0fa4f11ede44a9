package import Mail

/// The fields of a message by their places in the two pieces of its content, found in one pass and without copies.
package struct HeaderSection: Sendable {
    struct Field: Hashable, Sendable {
        var isAdded: Bool
        /// From the first byte of the name to behind the CRLF.
        var range: Range<Int>
        /// Of the name, without the white space in front of the colon.
        var nameLength: Int
    }

    /// In the order of the message.
    let fields: [Field]
    /// Where the body starts in `Content.original`.
    let bodyOffset: Int

    /// Throws `.malformedContent` when a line is neither a field nor the continuation of one (RFC 5322 §2.2): relays
    /// treat such a line differently from each other, so that what one signs the next does not see.
    package init(_ content: Content) throws(SigningFailure) {
        var fields: [Field] = []
        let end = try Self.scan(content.added.span, isAdded: true, into: &fields)
        // Whatever was added is complete fields; an empty line among them would hide the client's own header section.
        guard end == content.added.count else { throw .malformedContent }
        bodyOffset = try Self.scan(content.original.span, isAdded: false, into: &fields)
        self.fields = fields
    }

    /// Returns the offset behind the empty line, or the count when there is none.
    private static func scan(
        _ bytes: Span<UInt8>, isAdded: Bool, into fields: inout [Field]
    ) throws(SigningFailure) -> Int {
        var start = 0
        let first = fields.count
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != .lineFeed { end += 1 }
            end = min(end + 1, bytes.count)
            if bytes[start] == .lineFeed || (end - start == 2 && bytes[start] == .carriageReturn) { return end }
            if bytes[start].isWhiteSpace {
                guard fields.count > first else { throw .malformedContent }
                fields[fields.count - 1].range = fields[fields.count - 1].range.lowerBound..<end
            } else {
                guard let length = nameLength(bytes.extracting(start..<end)) else { throw .malformedContent }
                fields.append(Field(isAdded: isAdded, range: start..<end, nameLength: length))
            }
            start = end
        }
        return bytes.count
    }

    /// RFC 5322 §3.6.8: printable characters but the colon; §4.5: white space may stand in front of it.
    private static func nameLength(_ line: Span<UInt8>) -> Int? {
        var length = 0
        while length < line.count, line[length] > 32, line[length] < 127, line[length] != .colon { length += 1 }
        var colon = length
        while colon < line.count, line[colon].isWhiteSpace { colon += 1 }
        return length > 0 && colon < line.count && line[colon] == .colon ? length : nil
    }

    /// The places of the fields with this name, in the order of the message.
    /// - Parameter name: lower-case.
    func places(of name: [UInt8], in content: borrowing Content) -> [Int] {
        var places: [Int] = []
        for index in fields.indices where fields[index].nameLength == name.count {
            let field = fields[index]
            let matches =
                field.isAdded
                ? Self.matches(name, content.added.span, at: field.range.lowerBound)
                : Self.matches(name, content.original.span, at: field.range.lowerBound)
            if matches { places.append(index) }
        }
        return places
    }

    private static func matches(_ name: [UInt8], _ bytes: Span<UInt8>, at start: Int) -> Bool {
        for offset in name.indices where bytes[start + offset].lowercased != name[offset] { return false }
        return true
    }

    /// Appends the canonical form of one field.
    func append(_ index: Int, of content: borrowing Content, _ form: Canonicalization, to out: inout [UInt8]) {
        let field = fields[index]
        if field.isAdded {
            form.appendHeaderField(content.added.span.extracting(field.range), to: &out)
        } else {
            form.appendHeaderField(content.original.span.extracting(field.range), to: &out)
        }
    }
}
