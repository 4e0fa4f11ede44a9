/// Internationalised domain names: U-labels to A-labels, as RFC 5891 §4 registers and RFC 5895 maps them.
///
/// The mapping follows what users expect of an address bar: case is folded, full-width letters become ASCII, the
/// ideographic full stops separate labels, and combining marks are composed.
/// - Note: not handled: the Bidi rule of RFC 5893, and the joiners of RFC 5892 appendix A.1, which are refused.
enum IDNA {
    /// - Parameter range: labels separated by dots, not all ASCII.
    static func domain(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(AddressFailure) -> Domain {
        let text: String
        do {
            text = String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw .malformedUTF8(at: range.lowerBound + error.byteOffsets.lowerBound)
        }
        // Checked before the work, so that an attacker's long name costs nothing.
        guard range.count <= 4 * AddressOptions.domainLimit else { throw .domainTooLong(at: range.lowerBound) }
        var labels: [String] = []
        for label in mapped(text).unicodeScalars.split(separator: ".", omittingEmptySubsequences: false) {
            guard let ascii = asciiLabel(String.UnicodeScalarView(label)) else {
                throw .badInternationalLabel(at: range.lowerBound)
            }
            guard ascii.utf8.count <= 63 else { throw .labelTooLong(at: range.lowerBound) }
            labels.append(ascii)
        }
        let canonical = labels.joined(separator: ".")
        guard canonical.utf8.count <= AddressOptions.domainLimit else { throw .domainTooLong(at: range.lowerBound) }
        return Domain(canonical: canonical)
    }

    /// The U-label form, for people to read. Labels that are not well-formed A-labels stay as they are.
    static func unicode(_ domain: String) -> String {
        domain.split(separator: ".", omittingEmptySubsequences: false).map { label -> String in
            guard label.hasPrefix("xn--"), let decoded = Punycode.decode(label.dropFirst(4)) else {
                return String(label)
            }
            // RFC 5891 §5.4: only a label that encodes back to itself is an A-label.
            guard asciiLabel(decoded.unicodeScalars) == String(label) else { return String(label) }
            return decoded
        }.joined(separator: ".")
    }

    private static func asciiLabel(_ scalars: String.UnicodeScalarView) -> String? {
        guard let first = scalars.first, let last = scalars.last else { return nil }
        // RFC 5891 §4.2.3.1: no hyphen at either end.
        guard first != "-", last != "-" else { return nil }
        if scalars.allSatisfy(\.isASCII) {
            let isLDH = scalars.allSatisfy { $0 == "-" || UInt8($0.value).isLetterOrDigit }
            return isLDH ? String(scalars) : nil
        }
        let third = scalars.dropFirst(2).prefix(2)
        // RFC 5891 §4.2.3.1: no "--" in the third and fourth place; §4.2.3.2: no leading combining mark.
        guard !(third.count == 2 && third.allSatisfy { $0 == "-" }), !first.isCombiningMark else { return nil }
        guard scalars.allSatisfy(\.isAllowedInLabel), let encoded = Punycode.encode(scalars) else { return nil }
        return "xn--" + encoded
    }

    private static func mapped(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x3002, 0xFF0E, 0xFF61: out.append(".")  // RFC 5895 §2
            case 0x00AD, 0x200B, 0x2060, 0xFEFF: continue  // UTS 46: ignored
            case 0xFF01...0xFF5E:
                out.append(
                    contentsOf: Unicode.Scalar(UInt8(scalar.value - 0xFEE0)).properties.lowercaseMapping.unicodeScalars)
            default: out.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return Composition.composed(String(out))
    }
}

extension Unicode.Scalar {
    fileprivate var isCombiningMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// RFC 5892 §2.1 LetterDigits, the hyphen, and the few exceptions of §2.6 that are words' letters.
    fileprivate var isAllowedInLabel: Bool {
        if isASCII { return self == "-" || UInt8(value).isLetterOrDigit }
        switch value {
        case 0x00B7, 0x0375, 0x05F3, 0x05F4, 0x06FD, 0x06FE, 0x0F0B, 0x3007, 0x30FB: return true
        case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false
        default: break
        }
        switch properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return false
        }
    }
}
