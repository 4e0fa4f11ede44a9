import Glibc

extension Bytes {
    @inlinable public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe storage.unsafelyUnwrapped[tail] = byte
        tail &+= 1
    }

    public mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append($0) }
    }

    public mutating func append(_ span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append($0) }
    }

    public mutating func append(_ other: borrowing Bytes) {
        let start = unsafe other.storage.map { unsafe UnsafePointer($0 + other.head) }
        unsafe append(UnsafeBufferPointer(start: start, count: other.count))
    }

    public mutating func append(_ text: StaticString) {
        guard text.hasPointerRepresentation else { return append(utf8: text.description) }
        unsafe append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { unsafe append($0) }
    }

    public mutating func append(utf8 text: Substring) {
        var text = text
        text.withUTF8 { unsafe append($0) }
    }

    /// The number as text.
    public mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        var digits = 1
        var bound: UInt = 10
        while rest >= bound && digits < 19 {
            digits += 1
            bound *= 10
        }
        if rest >= bound { digits += 1 }
        reserve(digits)
        for place in stride(from: digits - 1, through: 0, by: -1) {
            unsafe storage.unsafelyUnwrapped[tail + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        tail += digits
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        unsafe memcpy(storage.unsafelyUnwrapped + tail, source, bytes.count)
        tail += bytes.count
    }

    /// Calls `body` with the free room at the tail, at least `number` bytes, and appends as many as it says it wrote.
    /// For `recv` and its like; a negative result appends nothing.
    @unsafe
    package mutating func withRoom(atLeast number: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        reserve(number)
        let room = capacity - tail
        let written = unsafe body(UnsafeMutableRawBufferPointer(start: storage.unsafelyUnwrapped + tail, count: room))
        if written > 0 { tail += min(written, room) }
        return written
    }
}
