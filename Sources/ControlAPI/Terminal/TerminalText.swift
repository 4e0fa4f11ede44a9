/// Text of strangers made fit for a terminal. SMTP replies, names of hosts and operators' reasons may hold anything; no
/// byte of theirs may move the cursor, change a colour, or turn the direction of writing.
package enum TerminalText {
    /// One line: blanks for line ends and tabs; U+FFFD for control and format characters (escape sequences begin with
    /// one), private ones and what has no meaning. At most two combining marks stand in a row.
    package static func clean(_ text: String) -> String {
        var clean = String.UnicodeScalarView()
        var marks = 0
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar == "\n" || scalar == "\r" || scalar == "\t":
                clean.append(" ")
                marks = 0
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                clean.append("\u{FFFD}")
                marks = 0
            case .nonspacingMark, .enclosingMark, .spacingMark:
                marks += 1
                if marks <= 2 { clean.append(scalar) }
            default:
                clean.append(scalar)
                marks = 0
            }
        }
        return String(clean)
    }

    /// Columns that the text takes; it must be clean.
    package static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

    /// Clean, and cut to so many columns; what is cut ends in `…`.
    package static func cut(_ text: String, to columns: Int) -> String {
        let text = clean(text)
        guard columns > 0 else { return "" }
        guard width(text) > columns else { return text }
        var kept = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            let more = width(scalar)
            guard used + more < columns else { break }
            used += more
            kept.append(scalar)
        }
        kept.append("…")
        return String(kept)
    }

    /// Clean, and exactly so many columns wide.
    package static func pad(_ text: String, to columns: Int, right: Bool = false) -> String {
        let text = cut(text, to: columns)
        let gap = String(repeating: " ", count: max(0, columns - width(text)))
        return right ? gap + text : text + gap
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x7F { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return isWide(scalar.value) ? 2 : 1
        }
    }

    /// Unicode Standard Annex 11, as terminals have it: East Asian scripts and pictures take two columns.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
