/// The verbs this server knows. `known` are those of other RFCs which it does not implement: 502, not 500
/// (RFC 5321 §4.2.4).
enum Verb {
    case ehlo, helo, mail, rcpt, data, bdat, rset, noop, vrfy, expn, help, quit, startTLS, auth, known

    init?(_ line: Span<UInt8>, _ range: Range<Int>) {
        guard range.count >= 4 else { return nil }
        var letters: UInt32 = 0
        for index in range.prefix(4) { letters = letters << 8 | UInt32(line[index] & 0xDF) }
        guard range.count == 4 else {
            if line.equals("STARTTLS", in: range) {
                self = .startTLS
            } else if line.equals("XCLIENT", in: range) || line.equals("XFORWARD", in: range) {
                self = .known
            } else {
                return nil
            }
            return
        }
        for index in range where line[index] < UInt8(ascii: "A") || line[index] > UInt8(ascii: "z") { return nil }
        switch letters {
        case Self.code("EHLO"): self = .ehlo
        case Self.code("HELO"): self = .helo
        case Self.code("MAIL"): self = .mail
        case Self.code("RCPT"): self = .rcpt
        case Self.code("DATA"): self = .data
        case Self.code("BDAT"): self = .bdat
        case Self.code("RSET"): self = .rset
        case Self.code("NOOP"): self = .noop
        case Self.code("VRFY"): self = .vrfy
        case Self.code("EXPN"): self = .expn
        case Self.code("HELP"): self = .help
        case Self.code("QUIT"): self = .quit
        case Self.code("AUTH"): self = .auth
        // RFC 2033, 1985, 2645, 4468, 821
        case Self.code("LHLO"), Self.code("ETRN"), Self.code("ATRN"), Self.code("BURL"), Self.code("TURN"),
            Self.code("SEND"), Self.code("SOML"), Self.code("SAML"):
            self = .known
        default: return nil
        }
    }

    @inline(__always)
    private static func code(_ text: StaticString) -> UInt32 {
        text.withUTF8Buffer { bytes in
            unsafe UInt32(bytes[0]) << 24 | UInt32(bytes[1]) << 16 | UInt32(bytes[2]) << 8 | UInt32(bytes[3])
        }
    }
}
