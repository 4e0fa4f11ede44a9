/// The names that SPF asks for.
enum SPFName {
    /// Whether a question for the name can be put at all: labels of 1 to 63 bytes of ASCII, at most 253 together.
    static func isAskable(_ name: String) -> Bool {
        let utf8 = name.utf8
        guard !utf8.isEmpty, utf8.count <= 253 else { return false }
        var label = 0
        for byte in utf8 {
            if byte == UInt8(ascii: ".") {
                guard label > 0 else { return false }
                label = 0
            } else {
                label += 1
                // A local part outside ASCII, which `%{l}` brings here, names nothing (RFC 8616 §4).
                guard label <= 63, byte < 0x80 else { return false }
            }
        }
        return label > 0
    }

    /// Whether `check_host()` begins with it at all (RFC 7208 §4.3): at least two labels, no address literal.
    static func isPolicyDomain(_ name: String) -> Bool {
        isAskable(name) && name.utf8.contains(UInt8(ascii: ".")) && name.utf8.first != UInt8(ascii: "[")
    }

    /// Lower-case without the final dot: in this form names are compared and shown.
    static func canonical(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.utf8.last == UInt8(ascii: ".") ? String(lower.dropLast()) : lower
    }

    /// Whether a name equals the other or lies below it; both canonical.
    static func isWithin(_ name: String, _ parent: String) -> Bool {
        if name == parent { return true }
        guard name.utf8.count > parent.utf8.count, name.hasSuffix(parent) else { return false }
        return name.utf8.dropLast(parent.utf8.count).last == UInt8(ascii: ".")
    }
}
