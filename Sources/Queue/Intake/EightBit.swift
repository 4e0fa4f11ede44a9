/// Whether content needs 8BITMIME (RFC 6152), whatever the client declared.
enum EightBit {
    /// Looks at every byte: blocks are or-ed together, which the compiler turns into vector instructions, so that 25 MB
    /// cost a millisecond or two.
    static func isFound(in content: [UInt8]) -> Bool {
        let bytes = content.span
        var at = 0
        while at < bytes.count {
            let end = min(at + 4_096, bytes.count)
            var all: UInt8 = 0
            for index in at..<end { all |= bytes[index] }
            if all >= 0x80 { return true }
            at = end
        }
        return false
    }
}
