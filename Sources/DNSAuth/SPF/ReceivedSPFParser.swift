import Mail

extension ReceivedSPF {
    private static let valueLimit = 16_384
    private static let pairLimit = 64

    /// Reads the value of a Received-SPF field, folded or not. Letter case, missing semicolons and unknown keys do not
    /// matter, as they vary in the wild; `nil` when it does not begin with one of the seven results.
    package init?(parsing bytes: Span<UInt8>) {
        guard bytes.count <= Self.valueLimit else { return nil }
        var reader = ReceivedSPFReader(at: 0)
        reader.skipBlanks(bytes)
        guard let result = SPFResult(rawValue: reader.word(bytes).lowercased()) else { return nil }
        self.init(result: result, comment: "", pairs: [])
        reader.skipBlanks(bytes)
        if reader.at < bytes.count, bytes[reader.at] == UInt8(ascii: "(") { comment = reader.comment(bytes) }
        while pairs.count < Self.pairLimit {
            reader.skipSeparators(bytes)
            let key = reader.word(bytes)
            guard !key.isEmpty else { return }
            reader.skipBlanks(bytes)
            guard reader.at < bytes.count, bytes[reader.at] == UInt8(ascii: "=") else { return }
            reader.at += 1
            reader.skipBlanks(bytes)
            pairs.append(Pair(key: key.lowercased(), value: reader.value(bytes)))
        }
    }

    package init?(parsing text: String) {
        self.init(parsing: text.utf8Span.span)
    }
}

/// The pieces of the grammar (RFC 7208 §9.1), each moving `at` behind itself, at least by one byte when there is one.
private struct ReceivedSPFReader {
    var at: Int

    mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while at < bytes.count, Self.isBlank(bytes[at]) { at += 1 }
    }

    mutating func skipSeparators(_ bytes: Span<UInt8>) {
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "(") {
                _ = comment(bytes)
            } else if Self.isBlank(bytes[at]) || bytes[at] == UInt8(ascii: ";") {
                at += 1
            } else {
                return
            }
        }
    }

    /// A result or a key.
    mutating func word(_ bytes: Span<UInt8>) -> String {
        let start = at
        while at < bytes.count, SPFCharacter.isNameCharacter(bytes[at]) { at += 1 }
        return SPFCharacter.printable(bytes, start..<at, limit: 64)
    }

    /// With the comments inside it, up to the bracket that closes it or the end.
    mutating func comment(_ bytes: Span<UInt8>) -> String {
        var out: [UInt8] = []
        var depth = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "("), depth < 64 {
                depth += 1
                if depth == 1 { continue }
            } else if byte == UInt8(ascii: ")") {
                depth -= 1
                if depth == 0 { break }
            } else if byte == UInt8(ascii: "\\"), at < bytes.count {
                out.append(bytes[at])
                at += 1
                continue
            }
            if byte != 0x0D, byte != 0x0A { out.append(byte == 0x09 ? 0x20 : byte) }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A quoted string, or everything up to a blank or semicolon.
    mutating func value(_ bytes: Span<UInt8>) -> String {
        var out: [UInt8] = []
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            at += 1
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count { at += 1 }
                if bytes[at] != 0x0D, bytes[at] != 0x0A { out.append(bytes[at]) }
                at += 1
            }
            at = min(at + 1, bytes.count)
        } else {
            while at < bytes.count, !Self.isBlank(bytes[at]), bytes[at] != UInt8(ascii: ";") {
                out.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
}
