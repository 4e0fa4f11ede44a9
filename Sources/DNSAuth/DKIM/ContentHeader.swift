package import Mail

/// The fields of a message by their places in the two pieces of its content, found in one pass and without copies.
package struct ContentHeader: Sendable {
    struct Field: Hashable, Sendable {
        var isAdded: Bool
        /// From the first byte of the name to behind the CRLF.
        var range: Range<Int>
        /// Of the name, without the white space in front of the colon.
        var nameLength: Int
        /// From behind the colon to the line end, which is not included.
        var value: Range<Int>
    }

    /// Fields that are looked at: a message of empty fields would otherwise take twenty times its size of memory.
    static let fieldLimit = 10_000

    /// In the order of the message.
    let fields: [Field]
    /// Where the body starts in `Content.original`.
    let bodyOffset: Int
    /// Some line is neither a field nor the continuation of one, or there are too many fields. What is to be signed has
    /// neither.
    let isMalformed: Bool

    /// Throws `.malformedContent` when a line is neither a field nor the continuation of one (RFC 5322 §2.2): relays
    /// treat such a line differently from each other, so that what one signs the next does not see.
    package init(_ content: Content) throws(SigningFailure) {
        self.init(reading: content)
        // Whatever was added is complete fields; an empty line among them would hide the client's own header section.
        guard !isMalformed else { throw .malformedContent }
    }

    /// For verification: lines that are no fields are passed over and noted (RFC 6376 §3.8 leaves it to the verifier
    /// how much it demands of a message).
    package init(reading content: Content) {
        var fields: [Field] = []
        let added = Self.scan(content.added.span, isAdded: true, into: &fields)
        let original = Self.scan(content.original.span, isAdded: false, into: &fields)
        bodyOffset = original.end
        isMalformed = added.isMalformed || added.end != content.added.count || original.isMalformed
        self.fields = fields
    }

    /// Returns the offset behind the empty line, or the count when there is none.
    private static func scan(
        _ bytes: Span<UInt8>, isAdded: Bool, into fields: inout [Field]
    ) -> (end: Int, isMalformed: Bool) {
        var scanner = HeaderScanner(bytes)
        var isMalformed = false
        while let field = scanner.next() {
            if fields.count == fieldLimit {
                isMalformed = true
                continue
            }
            fields.append(
                Field(
                    isAdded: isAdded, range: field.wholeRange, nameLength: field.nameRange.count,
                    value: field.valueRange))
        }
        return (scanner.bodyOffset, isMalformed || scanner.isMalformed)
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

    /// The bytes of one field, as they stand there.
    func withField<Result, Failure: Error>(
        _ index: Int, of content: borrowing Content,
        _ body: (_ field: Span<UInt8>, _ value: Range<Int>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let field = fields[index]
        let start = field.range.lowerBound
        let value = field.value.lowerBound - start..<field.value.upperBound - start
        if field.isAdded { return try body(content.added.span.extracting(field.range), value) }
        return try body(content.original.span.extracting(field.range), value)
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
