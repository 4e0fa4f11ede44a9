import Mail

/// Turns content into what DATA carries: dots stuffed (RFC 5321 §4.5.2), and the content's own line ends made CRLF.
///
/// The end of the data is CRLF.CRLF and nothing else, but receivers exist that also end on LF.LF or CR.CR, and a
/// message that carries such a sequence is then two messages, the second written by whoever wrote the first: SMTP
/// smuggling (CVE-2023-51764 to 51766). Nothing of the kind leaves here: a lone CR or LF becomes CRLF (RFC 5321 §2.3.8
/// forbids to send it bare), and a dot behind *any* line end is doubled. Receivers that drop NUL would see a dot at
/// the start of a line where there was NUL and dot; NUL is no text anyway (RFC 2045 §2.7), so NULs between a line end
/// and a dot go.
///
/// Works piece by piece and keeps between pieces what it must know of the last byte.
struct DotStuffer {
    private enum State {
        case lineStart
        /// NULs at the start of a line, held back until it is known what follows.
        case nuls(Int)
        case inLine
        /// CR seen and not yet written.
        case carriageReturn
    }

    private var state = State.lineStart

    /// Appends the wire form of a part of the content.
    mutating func stuff(_ bytes: Span<UInt8>, into out: inout Bytes) {
        var index = 0
        while index < bytes.count {
            if case .inLine = state {
                // The long stretch inside a line goes in one copy.
                var end = index
                while end < bytes.count, bytes[end] != UInt8(ascii: "\r"), bytes[end] != UInt8(ascii: "\n") { end += 1 }
                if end > index { out.append(bytes.extracting(index..<end)) }
                index = end
                if index == bytes.count { return }
            }
            add(bytes[index], to: &out)
            index += 1
        }
    }

    private mutating func add(_ byte: UInt8, to out: inout Bytes) {
        switch state {
        case .lineStart:
            begin(byte, after: 0, to: &out)
        case .nuls(let count):
            begin(byte, after: count, to: &out)
        case .inLine:
            switch byte {
            case UInt8(ascii: "\r"): state = .carriageReturn
            case UInt8(ascii: "\n"): endLine(&out)
            default: out.append(byte)
            }
        case .carriageReturn:
            endLine(&out)
            if byte != UInt8(ascii: "\n") { begin(byte, after: 0, to: &out) }
        }
    }

    /// The first byte of a line, behind some NULs.
    private mutating func begin(_ byte: UInt8, after nuls: Int, to out: inout Bytes) {
        switch byte {
        case 0:
            state = .nuls(nuls + 1)
        case UInt8(ascii: "."):
            out.append("..")  // RFC 5321 §4.5.2
            state = .inLine
        case UInt8(ascii: "\r"):
            release(nuls, to: &out)
            state = .carriageReturn
        case UInt8(ascii: "\n"):
            release(nuls, to: &out)
            endLine(&out)
        default:
            release(nuls, to: &out)
            out.append(byte)
            state = .inLine
        }
    }

    private func release(_ nuls: Int, to out: inout Bytes) {
        for _ in 0..<nuls { out.append(0) }
    }

    private mutating func endLine(_ out: inout Bytes) {
        out.append("\r\n")
        state = .lineStart
    }

    /// Completes the last line and ends the data (RFC 5321 §4.1.1.4).
    mutating func finish(into out: inout Bytes) {
        switch state {
        case .lineStart: break
        case .nuls(let count):
            release(count, to: &out)
            endLine(&out)
        case .inLine, .carriageReturn: endLine(&out)
        }
        out.append(".\r\n")
    }
}
