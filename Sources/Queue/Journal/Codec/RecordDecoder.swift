import Mail

/// Why the head of a record could not be understood although its checksum holds, or an index entry is wrong.
enum CodecFailure: Error, Hashable {
    /// The bytes end before the field does.
    case truncated
    /// Written by a newer program.
    case version(UInt8)
    case badText
    /// A count, tag or number outside its range.
    case badValue
    /// Bytes are left over.
    case trailing
}

/// Reads what `RecordEncoder` wrote. Every step is checked against the end; a count is believed only as far as the
/// bytes that are really there could hold it, so that a damaged file cannot make the reader reserve memory.
struct RecordDecoder {
    let bytes: [UInt8]
    private(set) var position: Int
    let end: Int

    init(_ bytes: [UInt8]) {
        self.init(bytes, in: 0..<bytes.count)
    }

    init(_ bytes: [UInt8], in range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - position }

    mutating func byte() throws(CodecFailure) -> UInt8 {
        guard position < end else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func fixed<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(CodecFailure) -> Value {
        let width = Value.bitWidth / 8
        guard remaining >= width else { throw .truncated }
        var value: Value = 0
        for index in 0..<width {
            value |= Value(truncatingIfNeeded: bytes[position + index]) << Value(truncatingIfNeeded: index * 8)
        }
        position += width
        return value
    }

    mutating func varint() throws(CodecFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || (shift == 63 && next <= 1) else { throw .badValue }
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// A number that must fit an `Int`.
    mutating func number() throws(CodecFailure) -> Int {
        guard let value = Int(exactly: try varint()) else { throw .badValue }
        return value
    }

    /// A count of things that take at least `width` bytes each.
    mutating func count(width: Int = 1) throws(CodecFailure) -> Int {
        let value = try number()
        guard value <= remaining / width else { throw .badValue }
        return value
    }

    /// The place of the next length-prefixed text, passed over.
    mutating func textRange() throws(CodecFailure) -> Range<Int> {
        let length = try count()
        defer { position += length }
        return position..<position + length
    }

    mutating func text() throws(CodecFailure) -> String {
        let range = try textRange()
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .badText }
        return text
    }

    mutating func optionalText() throws(CodecFailure) -> String? {
        try flag() ? try text() : nil
    }

    mutating func flag() throws(CodecFailure) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw .badValue
        }
    }

    mutating func identifier() throws(CodecFailure) -> UUIDv7 {
        let high: UInt64 = try fixed()
        let low: UInt64 = try fixed()
        return UUIDv7(high: high, low: low)
    }

    mutating func time() throws(CodecFailure) -> WallTime { WallTime(milliseconds: try fixed()) }

    func finish() throws(CodecFailure) {
        guard position == end else { throw .trailing }
    }
}
