/// Canonical composition for domain labels: `e` + U+0301 becomes `é` (the part of NFC that people's keyboards need).
///
/// The standard library compares strings by canonical equivalence but offers no normal form. A dictionary whose keys are
/// strings therefore finds the composed character of a base and its mark. It is made on first use, which is rare:
/// nearly all text comes composed already.
enum Composition {
    private static let composed: [String: Unicode.Scalar] = {
        var table: [String: Unicode.Scalar] = [:]
        for value in UInt32(0xC0)...0x30FF {
            guard let scalar = Unicode.Scalar(value), !scalar.properties.isFullCompositionExclusion else { continue }
            table[String(scalar)] = scalar
        }
        return table
    }()

    static func composed(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.canonicalCombiningClass != .notReordered }) else {
            return text
        }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let last = out.last, !scalar.isASCII {
                var pair = String.UnicodeScalarView()
                pair.append(last)
                pair.append(scalar)
                if let single = composed[String(pair)] {
                    out.removeLast()
                    out.append(single)
                    continue
                }
            }
            out.append(scalar)
        }
        return String(out)
    }
}
