/// Finds line ends eight bytes at a time.
enum LineSearch {
    /// Where the line ends, behind its LF, or the count; and whether it holds a byte above 127.
    ///
    /// A word of eight bytes has a zero byte exactly where it equalled LF after an exclusive or; the classic test
    /// `(x - 0x01...) & ~x & 0x80...` finds the lowest one without looking at each.
    static func endOfLine(_ bytes: Span<UInt8>, from start: Int) -> (end: Int, saw8Bit: Bool) {
        unsafe bytes.withUnsafeBytes { raw in
            var index = start
            var high: UInt64 = 0
            while index + 8 <= raw.count {
                let word = UInt64(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let matched = word ^ 0x0A0A_0A0A_0A0A_0A0A
                let zeros = (matched &- 0x0101_0101_0101_0101) & ~matched & 0x8080_8080_8080_8080
                if zeros != 0 {
                    let offset = zeros.trailingZeroBitCount / 8
                    let before = offset == 0 ? 0 : word & (~0 >> UInt64(64 - 8 * offset))
                    return (index + offset + 1, (high | before) & 0x8080_8080_8080_8080 != 0)
                }
                high |= word
                index += 8
            }
            while index < raw.count {
                let byte = unsafe raw[index]
                index += 1
                if byte == 0x0A { break }
                high |= UInt64(byte)
            }
            return (index, high & 0x8080_8080_8080_8080 != 0)
        }
    }
}
