/// A value of `mx` in a policy: a host name, or one with `*` for its first label (RFC 8461 §4.1).
struct MTASTSPattern: Hashable, Sendable {
    /// Lower-case.
    let text: String

    /// `["*."] Domain` of RFC 8461 §3.2; the domain as in RFC 5321 §4.1.2, so in A-labels. `nil` for anything else.
    init?(_ bytes: Span<UInt8>) {
        let isWildcard = bytes.count >= 2 && bytes[0] == UInt8(ascii: "*") && bytes[1] == UInt8(ascii: ".")
        let start = isWildcard ? 2 : 0
        guard bytes.count > start, bytes.count - start <= 253 else { return nil }
        var lower: [UInt8] = isWildcard ? Array("*.".utf8) : []
        lower.reserveCapacity(bytes.count)
        var labelLength = 0
        for index in start..<bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: ".") {
                guard labelLength > 0, bytes[index - 1] != UInt8(ascii: "-") else { return nil }
                labelLength = 0
            } else {
                guard PolicyText.isLetterOrDigit(byte) || (byte == UInt8(ascii: "-") && labelLength > 0) else {
                    return nil
                }
                labelLength += 1
                guard labelLength <= 63 else { return nil }
            }
            lower.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
        }
        guard labelLength > 0, bytes[bytes.count - 1] != UInt8(ascii: "-") else { return nil }
        text = String(decoding: lower, as: UTF8.self)
    }
}
