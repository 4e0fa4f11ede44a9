/// `name=value` behind the value of a MIME field (RFC 2045 §5.1), in any character set (RFC 2231).
public struct MIMEParameter: Hashable, Sendable {
    /// Lower case.
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name.lowercased()
        self.value = value
    }

    /// The pieces to write, each of which fits a line: a token, a quoted string, or the segments of RFC 2231 §3 and §4.
    func encoded() -> [[UInt8]] {
        let bytes = Array(value.utf8)
        let prefix = Array(name.utf8)
        let isASCII = bytes.allSatisfy { $0.isASCII && !$0.isControl }
        if isASCII, prefix.count + bytes.count <= 70 {
            if !bytes.isEmpty, bytes.allSatisfy(\.isTokenCharacter) { return [prefix + [UInt8(ascii: "=")] + bytes] }
            return [prefix + [UInt8(ascii: "="), UInt8(ascii: "\"")] + Self.escaped(bytes) + [UInt8(ascii: "\"")]]
        }
        let units = isASCII ? bytes.map { Self.escaped([$0]) } : value.unicodeScalars.map(Self.percentEncoded)
        let room = max(68 - prefix.count, 16)
        var segments: [[UInt8]] = []
        var current: [UInt8] = isASCII ? [] : Array("utf-8''".utf8)
        for unit in units {
            if current.count + unit.count > room {
                segments.append(current)
                current = []
            }
            current.append(contentsOf: unit)
        }
        segments.append(current)
        if segments.count == 1, !isASCII { return [prefix + Array("*=".utf8) + segments[0]] }
        return segments.enumerated().map { number, segment in
            isASCII
                ? prefix + Array("*\(number)=\"".utf8) + segment + [UInt8(ascii: "\"")]
                : prefix + Array("*\(number)*=".utf8) + segment
        }
    }

    private static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
        }
        return out
    }

    /// RFC 2231 §7 `attribute-char`: tokens without `*`, `'` and `%`. One character at a time, so that none is broken.
    private static func percentEncoded(_ scalar: Unicode.Scalar) -> [UInt8] {
        var out: [UInt8] = []
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            let isPlain =
                byte.isTokenCharacter && byte != UInt8(ascii: "*") && byte != UInt8(ascii: "'")
                && byte != UInt8(ascii: "%")
            if isPlain {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(.upperHexDigit(byte >> 4))
                out.append(.upperHexDigit(byte))
            }
        }
        return out
    }
}
