import Mail

/// A domain name as the resolver compares it: lower-case text without the final dot; the root is the empty text.
///
/// Only names that have an unambiguous text are represented. A label with a dot, a backslash, a control or an 8-bit
/// byte can stand on the wire but never names a mail host, so such a record is dropped instead of being escaped.
struct DNSName: Hashable, Sendable {
    let text: String

    static let root = DNSName(unchecked: "")

    private init(unchecked text: String) { self.text = text }

    /// Takes the name with or without its final dot, in any case.
    init(_ name: String) throws(ResolverFailure) {
        var labelLength = 0
        var total = 0
        var isCanonical = true
        let utf8 = name.utf8
        for byte in utf8 {
            total += 1
            // RFC 1035 §2.3.4: 255 bytes on the wire, length bytes and root included, so 253 of text (254 with the
            // dot).
            guard total <= 254 else { throw .badName }
            if byte == UInt8(ascii: ".") {
                guard labelLength > 0 else { throw .badName }
                labelLength = 0
                continue
            }
            labelLength += 1
            // RFC 1035 §2.3.4: labels of 63 bytes or less.
            guard labelLength <= 63, Self.isPlain(byte) else { throw .badName }
            if byte &- 0x41 < 26 { isCanonical = false }
        }
        let hasFinalDot = utf8.last == UInt8(ascii: ".")
        guard total - (hasFinalDot ? 1 : 0) <= 253 else { throw .badName }
        if isCanonical && !hasFinalDot {
            text = name
        } else {
            text = String((hasFinalDot ? name.dropLast() : name[...])).lowercased()
        }
    }

    /// Reads an uncompressed name as it stands in a parsed packet; `nil` when it has no plain text.
    init?(wire: Span<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(wire.count)
        var at = 0
        while true {
            guard at < wire.count else { return nil }
            let length = Int(wire[at])
            at += 1
            if length == 0 { break }
            guard length <= 63, at + length <= wire.count, bytes.count + length < 254 else { return nil }
            if !bytes.isEmpty { bytes.append(UInt8(ascii: ".")) }
            for offset in at..<at + length {
                let byte = wire[offset]
                guard Self.isPlain(byte), byte != UInt8(ascii: ".") else { return nil }
                bytes.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
            }
            at += length
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The wire form (RFC 1035 §3.1). With a generator every letter takes its case from a random bit: the answer must
    /// mirror it, which adds about one bit per letter to what a forger has to guess ("0x20").
    func wire(randomCase generator: inout some RandomNumberGenerator, randomised: Bool) -> [UInt8] {
        guard !text.isEmpty else { return [0] }
        var out: [UInt8] = [0]
        out.reserveCapacity(text.utf8.count + 2)
        var lengthAt = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                lengthAt = out.count
                out.append(0)
                continue
            }
            let isLetter = byte &- 0x61 < 26
            out.append(randomised && isLetter && Bool.random(using: &generator) ? byte & ~0x20 : byte)
            out[lengthAt] += 1
        }
        out.append(0)
        return out
    }

    /// True for the name itself and for every name below it.
    func isWithin(_ ancestor: DNSName) -> Bool {
        if ancestor.text.isEmpty || text == ancestor.text { return true }
        return text.hasSuffix("." + ancestor.text)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\\")
    }
}
