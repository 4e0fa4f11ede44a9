import Glibc

extension Bytes {
    /// The place of the first such byte at or after `start`, at the speed of `memchr`.
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        precondition(start >= 0, "index outside the buffer")
        guard start < count, let storage = unsafe storage else { return nil }
        let from = unsafe storage + head + start
        guard let found = unsafe memchr(from, Int32(byte), count - start) else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(from) + start
    }

    /// A copy of some readable bytes.
    public func copy(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the buffer")
        guard let storage = unsafe storage, !range.isEmpty else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: storage + head + range.lowerBound, count: range.count))
    }

    /// A copy of all readable bytes.
    public func copy() -> [UInt8] { copy(0..<count) }

    /// Calls `body` with the readable bytes. The buffer cannot change meanwhile.
    @inlinable public borrowing func withReadable<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = unsafe storage.map { unsafe UnsafePointer($0 + head) }
        let buffer = unsafe UnsafeBufferPointer(start: start, count: count)
        let span = unsafe buffer.span
        return try body(span)
    }

    /// For `send` and its like.
    @unsafe
    package borrowing func withUnsafeReadable<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let start = unsafe storage.map { unsafe UnsafeRawPointer($0 + head) }
        return unsafe body(UnsafeRawBufferPointer(start: start, count: count))
    }
}
