/// Finds the RSAPublicKey (RFC 8017 §A.1.1) in what a stranger published, and measures it, before OpenSSL sees it.
///
/// RFC 6376 §3.6.1 asks for the bare RSAPublicKey, and its own example holds a SubjectPublicKeyInfo, which everybody
/// publishes: both are read. Other algorithms inside a SubjectPublicKeyInfo are not.
struct RSAKeyForm {
    /// Of the RSAPublicKey in the bytes.
    let range: Range<Int>
    /// Bits of the modulus.
    let modulusBits: Int
    let exponentBits: Int

    /// `nil` when the bytes are no such key.
    init?(_ bytes: Span<UInt8>) {
        guard let outer = DERElement(bytes, in: 0..<bytes.count), outer.tag == .sequence,
            let first = DERElement(bytes, in: outer.content)
        else { return nil }
        var key = outer
        if first.tag == .sequence {
            guard let name = DERElement(bytes, in: first.content), name.tag == .objectIdentifier,
                name.content.count == Self.rsaEncryption.count,
                zip(name.content, Self.rsaEncryption).allSatisfy({ bytes[$0] == $1 }),
                let text = DERElement(bytes, in: first.end..<outer.end), text.tag == .bitString,
                // No unused bits.
                text.content.count > 1, bytes[text.content.lowerBound] == 0,
                let inner = DERElement(bytes, in: text.content.lowerBound + 1..<text.end), inner.tag == .sequence
            else { return nil }
            key = inner
        }
        guard let modulus = DERElement(bytes, in: key.content), modulus.tag == .integer,
            let exponent = DERElement(bytes, in: modulus.end..<key.end), exponent.tag == .integer,
            let modulusBits = Self.bits(bytes, modulus.content), let exponentBits = Self.bits(bytes, exponent.content)
        else { return nil }
        range = key.start..<key.end
        self.modulusBits = modulusBits
        self.exponentBits = exponentBits
    }

    /// 1.2.840.113549.1.1.1
    private static let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]

    /// The length of a positive integer; `nil` for any other.
    private static func bits(_ bytes: Span<UInt8>, _ content: Range<Int>) -> Int? {
        var at = content.lowerBound
        guard at < content.upperBound, bytes[at] < 0x80 else { return nil }
        while at < content.upperBound, bytes[at] == 0 { at += 1 }
        guard at < content.upperBound else { return nil }
        return (content.upperBound - at) * 8 - bytes[at].leadingZeroBitCount
    }
}

/// One element of DER, its length in definite form.
private struct DERElement {
    enum Tag: UInt8 {
        case integer = 0x02
        case bitString = 0x03
        case objectIdentifier = 0x06
        case sequence = 0x30
    }

    let tag: Tag
    let start: Int
    let content: Range<Int>
    var end: Int { content.upperBound }

    /// The element at the start of the range; `nil` when it is not one of the tags, or longer than the range.
    init?(_ bytes: Span<UInt8>, in range: Range<Int>) {
        guard range.count >= 2, let tag = Tag(rawValue: bytes[range.lowerBound]) else { return nil }
        var at = range.lowerBound + 2
        var length = Int(bytes[range.lowerBound + 1])
        if length >= 0x80 {
            let digits = length & 0x7F
            guard (1...3).contains(digits), at + digits <= range.upperBound else { return nil }
            length = 0
            for _ in 0..<digits {
                length = length << 8 | Int(bytes[at])
                at += 1
            }
        }
        guard length <= range.upperBound - at else { return nil }
        self.tag = tag
        start = range.lowerBound
        content = at..<at + length
    }
}
