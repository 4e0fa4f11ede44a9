package import Mail

/// The records of a domain as text for a zone file (RFC 1035 §5.1), to be pasted or included.
package enum ZoneText {
    /// Names below `$ORIGIN` are relative, the domain itself is `@`, every line ends with LF.
    package static func of(_ records: [DNSRecordAdvice], for domain: Domain, ttl: Int = 3_600) -> String {
        var lines = [
            "; DNS records for mail from \(domain.text), made by Martlet. No SOA or NS: paste them into the zone.",
            "$ORIGIN \(domain.text).", "$TTL \(ttl)",
        ]
        for record in records {
            lines.append("")
            lines.append("; \(title(of: record.purpose))" + (record.status.map { " (now: \($0.rawValue))" } ?? ""))
            if !record.note.isEmpty { lines.append("; \(record.note)") }
            lines.append("\(owner(record.name, below: domain.text))\tIN\t\(record.type)\t\(data(of: record))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The data of one record as a zone file has it.
    package static func data(of record: DNSRecordAdvice) -> String {
        record.type == "TXT" ? strings(record.value) : "\(record.value)."
    }

    /// RFC 1035 §3.3.14: a character-string holds at most 255 bytes, so a long text is several of them.
    static func strings(_ text: String) -> String {
        var pieces: [String] = []
        var piece = "\""
        var count = 0
        for byte in text.utf8 {
            if count == 255 {
                pieces.append(piece + "\"")
                piece = "\""
                count = 0
            }
            count += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                piece += "\\\(Character(Unicode.Scalar(byte)))"
            case 0x20...0x7E: piece.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                // RFC 1035 §5.1: any other octet by its number in three decimal digits.
                let digits = String(byte)
                piece += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }
        }
        pieces.append(piece + "\"")
        return pieces.joined(separator: " ")
    }

    private static func owner(_ name: String, below origin: String) -> String {
        if name == origin { return "@" }
        guard name.hasSuffix(".\(origin)") else { return "\(name)." }
        return String(name.dropLast(origin.count + 1))
    }

    private static func title(of purpose: DNSRecordAdvice.Purpose) -> String {
        switch purpose {
        case .spf: "SPF: which hosts may send for the domain"
        case .dkim: "DKIM: a key that signatures are checked with"
        case .dmarc: "DMARC: what receivers do with mail that proves nothing"
        case .returnPath: "Return-path: where bounces come back to"
        case .tracking: "Tracking: the host of rewritten links"
        }
    }
}
