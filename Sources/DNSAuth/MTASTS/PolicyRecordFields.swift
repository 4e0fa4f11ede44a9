/// The form that the records of MTA-STS (RFC 8461 §3.1) and TLS-RPT (RFC 8460 §3) have in common: a version, then
/// `name=value` between semicolons, each with blanks around it.
///
/// Stricter than the tag lists of DKIM: a value holds no blank, no semicolon and no equals sign, except where the
/// field has a grammar of its own, and no field is empty.
struct PolicyRecordFields: Sendable {
    struct Field: Hashable, Sendable {
        var name: String
        /// Without the blanks around it; never empty.
        var value: [UInt8]
    }

    /// In the order of the record.
    let fields: [Field]

    static let byteLimit = 8_192
    static let fieldLimit = 64

    /// - Parameters:
    ///   - version: the whole first field, e.g. `v=STSv1`, compared byte by byte.
    ///   - own: names whose values the caller checks itself.
    init(_ bytes: Span<UInt8>, version: StaticString, own: Set<String>) throws(PolicyRecordFailure) {
        guard bytes.count <= Self.byteLimit else { throw .tooLong }
        guard Self.begins(bytes, with: version) else { throw .noVersion }
        var fields: [Field] = []
        var at = version.utf8CodeUnitCount
        while true {
            Self.skipBlanks(bytes, &at)
            if at == bytes.count { break }
            guard bytes[at] == UInt8(ascii: ";") else { throw .malformed(at: at) }
            at += 1
            Self.skipBlanks(bytes, &at)
            // The last delimiter may be followed by nothing.
            if at == bytes.count { break }
            guard fields.count < Self.fieldLimit else { throw .tooLong }
            fields.append(try Self.field(bytes, &at, own: own))
        }
        self.fields = fields
    }

    /// Whether this is a record of that version at all. Among the TXT records of a name others may stand, and they do
    /// not count (RFC 8461 §3.1, RFC 8460 §3).
    static func isRecord(_ text: String, version: StaticString) -> Bool {
        var text = text
        return text.withUTF8 { buffer in
            let bytes = unsafe buffer.span
            guard begins(bytes, with: version) else { return false }
            var at = version.utf8CodeUnitCount
            skipBlanks(bytes, &at)
            return at < bytes.count && bytes[at] == UInt8(ascii: ";")
        }
    }

    private static func begins(_ bytes: Span<UInt8>, with version: StaticString) -> Bool {
        guard bytes.count >= version.utf8CodeUnitCount else { return false }
        for index in 0..<version.utf8CodeUnitCount where unsafe bytes[index] != version.utf8Start[index] {
            return false
        }
        return true
    }

    private static func field(
        _ bytes: Span<UInt8>, _ at: inout Int, own: Set<String>
    ) throws(PolicyRecordFailure) -> Field {
        let start = at
        var name: [UInt8] = []
        // `(ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".")`
        while at < bytes.count, PolicyText.isNameByte(bytes[at], isFirst: at == start) {
            name.append(bytes[at])
            at += 1
        }
        guard !name.isEmpty, name.count <= 32, at < bytes.count, bytes[at] == UInt8(ascii: "=") else {
            throw .malformed(at: at)
        }
        at += 1
        let text = String(decoding: name, as: UTF8.self)
        let isOwn = own.contains(text)
        var value: [UInt8] = []
        while at < bytes.count, bytes[at] != UInt8(ascii: ";") {
            let byte = bytes[at]
            let isBlank = byte == 0x20 || byte == 0x09
            if isBlank, !isOwn { break }
            // `%x21-3A / %x3C / %x3E-7E`
            guard isBlank || (byte > 0x20 && byte < 0x7F && (isOwn || byte != UInt8(ascii: "="))) else {
                throw .malformed(at: at)
            }
            value.append(byte)
            at += 1
        }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        guard !value.isEmpty else { throw .malformed(at: at) }
        return Field(name: text, value: value)
    }

    private static func skipBlanks(_ bytes: Span<UInt8>, _ at: inout Int) {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
    }
}

/// Why a text is no record of its kind.
package enum PolicyRecordFailure: Error, Hashable, Sendable {
    case noVersion
    /// The offset in the record's bytes.
    case malformed(at: Int)
    case tooLong
    /// The field that has to be there.
    case missing(String)
    case bad(String)
}

/// Characters of both grammars.
enum PolicyText {
    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }

    static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        if isLetterOrDigit(byte) { return true }
        return !isFirst
            && (byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "."))
    }
}
