import Mail

/// Which TLSA records an SMTP client can use. What OpenSSL finds out only by parsing, that a full certificate or key is
/// none, is left to it.
enum DANERecord {
    /// Records read out of one answer at most: more is a mistake or an attempt to keep OpenSSL busy.
    static let limit = 64

    static func isUsable(_ record: TLSARecord) -> Bool {
        switch record.usage {
        // RFC 7672 §3.1.3: PKIX-TA(0) and PKIX-EE(1) would need a set of public authorities that SMTP does not have.
        case 2, 3: break
        default: return false
        }
        // RFC 6698 §2.1.2: the full certificate, or the key in it.
        guard record.selector <= 1 else { return false }
        // RFC 6698 §2.1.3
        switch record.matchingType {
        case 0: return looksLikeDER(record.data)
        case 1: return record.data.count == 32
        case 2: return record.data.count == 64
        default: return false
        }
    }

    /// A SEQUENCE that ends where the data ends (X.690 §8.1.3).
    private static func looksLikeDER(_ data: [UInt8]) -> Bool {
        guard data.count >= 2, data[0] == 0x30 else { return false }
        let first = Int(data[1])
        if first < 0x80 { return data.count == 2 + first }
        let bytes = first & 0x7F
        // A record has less than 64 KiB, so two bytes hold its length.
        guard (1...2).contains(bytes), data.count > 2 + bytes else { return false }
        let length = data[2..<2 + bytes].reduce(0) { $0 << 8 | Int($1) }
        return data.count == 2 + bytes + length
    }
}
