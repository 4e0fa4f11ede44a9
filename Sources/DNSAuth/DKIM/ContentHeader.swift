package import Mail

/// The fields of a message by their places in the two pieces of its content, found in one pass and without copies.
package struct ContentHeader: Sendable {
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
        var scanner = HeaderScanner(bytes)
        while let field = scanner.next() {
            fields.append(Field(isAdded: isAdded, range: field.wholeRange, nameLength: field.nameRange.count))
        }
        guard !scanner.isMalformed else { throw .malformedContent }
        return scanner.bodyOffset
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
