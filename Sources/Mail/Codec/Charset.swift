/// Turns text of a declared character set into a `String`, for encoded words, parameters and reports (RFC 2047,
/// RFC 2231).
///
/// - Note: not handled: the multi-byte sets of East Asia. Their encoded words stay as they are (RFC 2047 §6.2).
package enum Charset {
    /// - Parameter name: in any case; a language behind `*` is ignored (RFC 2231 §5).
    /// - Returns: `nil` when the set is unknown. Bytes that mean nothing in the set become U+FFFD.
    package static func decode(_ bytes: [UInt8], name: String) -> String? {
        let base = name.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        switch canonicalName(String(base).lowercased()) {
        case .utf8: return String(decoding: bytes, as: UTF8.self)
        case .table(let name):
            guard let table = SingleByteTables.table(name) else { return nil }
            var scalars = String.UnicodeScalarView()
            for byte in bytes { scalars.append(byte.isASCII ? Unicode.Scalar(byte) : table[Int(byte - 0x80)]) }
            return String(scalars)
        }
    }

    private enum Kind {
        case utf8
        case table(String)
    }

    private static func canonicalName(_ name: String) -> Kind {
        switch name {
        // Mail that says ASCII and holds 8-bit bytes nearly always is UTF-8.
        case "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "": .utf8
        // Senders that say ISO 8859-1 mean the Windows set that extends it, as browsers know.
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "iso_8859-1:1987", "latin1", "l1", "cp1252":
            .table("windows-1252")
        case "iso-8859-9", "iso8859-9", "latin5", "cp1254": .table("windows-1254")
        case "latin2", "iso8859-2": .table("iso-8859-2")
        case "iso8859-15", "latin-9", "latin9": .table("iso-8859-15")
        case "iso-8859-8-i", "iso-8859-8-e": .table("iso-8859-8")
        case "iso-8859-6-i", "iso-8859-6-e": .table("iso-8859-6")
        case "cp1250", "cp1251", "cp1253", "cp1255", "cp1256", "cp1257", "cp1258":
            .table("windows-" + name.dropFirst(2))
        default: .table(name)
        }
    }
}
