import Mail

extension SinkCommand {
    /// Reads the line of so many bytes, its line end included, at the head of the buffer. Verbs count in any case
    /// (RFC 5321 §2.4).
    static func read(_ bytes: borrowing Bytes, length: Int) -> SinkCommand {
        guard length >= 4 else { return .unknown }
        var verb: UInt32 = 0
        for index in 0..<4 { verb = verb << 8 | UInt32(bytes[index] & 0xDF) }
        switch verb {
        case 0x4548_4C4F: return .ehlo
        case 0x4845_4C4F: return .helo
        case 0x4D41_494C: return .mail
        case 0x5243_5054: return .recipient
        case 0x4441_5441: return .data
        case 0x4244_4154: return chunk(bytes, length: length)
        case 0x5253_4554: return .reset
        case 0x4E4F_4F50: return .noop
        case 0x5155_4954: return .quit
        case 0x5354_4152: return .startTLS
        default: return .unknown
        }
    }

    /// RFC 3030 §2: `BDAT`, a number, and maybe `LAST`.
    private static func chunk(_ bytes: borrowing Bytes, length: Int) -> SinkCommand {
        var place = 4
        while place < length, bytes[place] == UInt8(ascii: " ") { place += 1 }
        let start = place
        var count = 0
        while place < length, case let digit = bytes[place] &- UInt8(ascii: "0"), digit < 10 {
            count = count * 10 + Int(digit)
            place += 1
            // No sender of ours has a chunk of a gigabyte.
            if count > 1 << 30 { return .unknown }
        }
        guard place > start else { return .unknown }
        while place < length, bytes[place] == UInt8(ascii: " ") { place += 1 }
        let isLast = place < length && bytes[place] & 0xDF == UInt8(ascii: "L")
        return .chunk(count, isLast: isLast)
    }
}

extension SinkReply {
    /// - Parameters:
    ///   - behaviour: what EHLO offers.
    ///   - offersTLS: whether it still does.
    func append(to out: inout Bytes, behaviour: SinkBehaviour, offersTLS: Bool) {
        switch self {
        case .greeting: out.append("220 sink.bench.example ESMTP\r\n")
        case .extensions:
            out.append("250-sink.bench.example\r\n")
            if behaviour.offersPipelining { out.append("250-PIPELINING\r\n") }
            if behaviour.offersChunking { out.append("250-CHUNKING\r\n") }
            if offersTLS { out.append("250-STARTTLS\r\n") }
            out.append("250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE ")
            out.append(decimal: behaviour.sizeLimit)
            out.append("\r\n")
        case .ok: out.append("250 2.0.0 Ok\r\n")
        case .goAhead: out.append("354 Go ahead\r\n")
        case .readyForTLS: out.append("220 2.0.0 Ready\r\n")
        case .goodbye: out.append("221 2.0.0 Bye\r\n")
        case .tooManyConnections: out.append("421 4.7.0 Too many connections\r\n")
        case .tooManyMessages: out.append("421 4.7.0 Too many messages on this connection\r\n")
        case .later: out.append("451 4.7.1 Not now\r\n")
        case .never: out.append("550 5.7.1 Not here\r\n")
        case .outOfOrder: out.append("503 5.5.1 Out of order\r\n")
        case .unknown: out.append("500 5.5.1 Unknown command\r\n")
        }
    }
}
