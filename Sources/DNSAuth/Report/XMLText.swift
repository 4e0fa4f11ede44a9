import Mail

/// The text of an XML report as UTF-8 that a parser can be given: one character set, no forbidden control, no DTD.
enum XMLText {
    static func prepare(_ bytes: [UInt8], repairs: inout ReportRepairs) throws(ReportFailure) -> [UInt8] {
        var text = utf8(bytes, repairs: &repairs)
        var isDirty = false
        for index in text.indices where text[index] < 0x20 {
            // XML 1.0 §2.2 allows these three.
            guard text[index] != 0x09, text[index] != 0x0A, text[index] != 0x0D else { continue }
            text[index] = 0x20
            isDirty = true
        }
        if isDirty { repairs.add(.badCharacters) }
        // Before parsing: billions of laughs and files of ours begin with one of these. A comment that names them is
        // refused too.
        if contains(text.span, "<!DOCTYPE") || contains(text.span, "<!ENTITY") { throw .documentType }
        return text
    }

    private static func utf8(_ bytes: [UInt8], repairs: inout ReportRepairs) -> [UInt8] {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return valid(Array(bytes[3...]), &repairs) }
        if bytes.starts(with: [0xFF, 0xFE]) { return utf16(bytes[2...], low: 0) }
        if bytes.starts(with: [0xFE, 0xFF]) { return utf16(bytes[2...], low: 1) }
        if bytes.starts(with: [0x3C, 0x00]) { return utf16(bytes[...], low: 0) }
        if bytes.starts(with: [0x00, 0x3C]) { return utf16(bytes[...], low: 1) }
        guard let name = declaredEncoding(bytes), name != "utf-8", name != "utf8", name != "us-ascii",
            bytes.contains(where: { $0 >= 0x80 })
        else { return valid(bytes, &repairs) }
        guard let text = Charset.decode(bytes, name: name) else { return valid(bytes, &repairs) }
        return Array(text.utf8)
    }

    private static func valid(_ bytes: [UInt8], _ repairs: inout ReportRepairs) -> [UInt8] {
        if String(validating: bytes, as: UTF8.self) != nil { return bytes }
        repairs.add(.badCharacters)
        return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, low: Int) -> [UInt8] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var at = bytes.startIndex
        while at + 1 < bytes.endIndex {
            units.append(UInt16(bytes[at + low]) | UInt16(bytes[at + 1 - low]) << 8)
            at += 2
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// The `encoding` of the XML declaration, lower-case.
    private static func declaredEncoding(_ bytes: [UInt8]) -> String? {
        let head = String(decoding: bytes.prefix(200), as: UTF8.self).lowercased()
        guard head.drop(while: \.isWhitespace).hasPrefix("<?xml"), let end = head.firstRange(of: "?>")?.lowerBound,
            let found = head[..<end].firstRange(of: "encoding")
        else { return nil }
        let value = head[found.upperBound..<end].drop { $0 == " " || $0 == "=" || $0 == "\"" || $0 == "'" }
        return String(value.prefix { $0 != "\"" && $0 != "'" && $0 != " " })
    }

    private static func contains(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard text.count >= length else { return false }
        return word.withUTF8Buffer { expected in
            for start in 0...text.count - length where unsafe text[start] == expected[0] {
                var place = 1
                while place < length, unsafe text[start + place] & 0xDF == expected[place] & 0xDF { place += 1 }
                if place == length { return true }
            }
            return false
        }
    }
}

/// Repairs so far, each once, and no more of them than somebody reads.
struct ReportRepairs {
    private(set) var list: [ReportRepair] = []

    mutating func add(_ repair: ReportRepair) {
        if list.count < 50, !list.contains(repair) { list.append(repair) }
    }
}
