/// What a local part demands of the wire, found in one pass over its bytes.
struct AddressTraits: OptionSet {
    let rawValue: UInt8
    /// RFC 6531 §3.3
    static let nonASCII = Self(rawValue: 1)
    /// Perhaps not a dot-string (RFC 5321 §4.1.2); asks for the careful way, which decides.
    static let needsQuotes = Self(rawValue: 2)
    /// A control character: no parser of ours lets one in, and no command of ours lets one out.
    static let control = Self(rawValue: 4)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(of localPart: String) {
        var traits: Self = localPart.isEmpty ? .needsQuotes : []
        for byte in localPart.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"),
                UInt8(ascii: "="):
                break
            case 0..<0x20, 0x7F: traits.insert(.control)
            case 0x80...: traits.formUnion([.nonASCII, .needsQuotes])
            default: traits.insert(.needsQuotes)
            }
        }
        self = traits
    }
}
