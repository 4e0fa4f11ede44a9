/// Boundaries (RFC 2046 §5.1.1) from a seed, so that the same draft composes to the same bytes.
///
/// `=_` can occur neither in quoted-printable nor in base64 text, and text that holds it behind dashes is never left
/// unencoded, so no content can contain a boundary.
struct BoundaryGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> String {
        var text = Array("=_".utf8)
        for _ in 0..<2 {
            // SplitMix64.
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            word ^= word >> 31
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                text.append(.upperHexDigit(UInt8(truncatingIfNeeded: word >> shift)))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
