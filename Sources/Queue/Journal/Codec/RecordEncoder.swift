import Mail

/// Builds the head of a record: little-endian integers, variable-length counts, length-prefixed text.
///
/// Text is never delimited by a character, so nothing a client or a remote host says can become another field.
struct RecordEncoder {
    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    var count: Int { bytes.count }

    mutating func put(_ value: UInt8) { bytes.append(value) }

    mutating func put<Value: FixedWidthInteger>(fixed value: Value) {
        var rest = value.littleEndian
        for _ in 0..<(Value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Seven bits a byte, least significant first. Counts and lengths are never negative.
    mutating func put(count value: Int) { put(varint: UInt64(value)) }

    mutating func put(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func put(_ text: String) {
        put(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(optional text: String?) {
        put(text == nil ? 0 : 1)
        if let text { put(text) }
    }

    mutating func put(_ id: UUIDv7) {
        put(fixed: id.high)
        put(fixed: id.low)
    }

    mutating func put(_ time: WallTime) { put(fixed: time.milliseconds) }

    mutating func put(raw more: [UInt8]) { bytes.append(contentsOf: more) }

    mutating func put(raw more: ArraySlice<UInt8>) { bytes.append(contentsOf: more) }
}
