import Mail

/// Finds the end of one SMTP reply in what has arrived (RFC 5321 §4.2.1), without copying and without building text.
///
/// The bytes stay where they are: a complete reply is named by its length, the caller takes from it what it needs (the
/// code alone on the success path, a `Reply` where somebody will read it) and consumes it. Between two calls the parser
/// remembers how far it looked, so that a reply that trickles in byte by byte is not scanned again and again.
///
/// A remote host is hostile until proved otherwise. What exceeds `ReplyLimits` or is not a reply is a violation, after
/// which the connection cannot be used: nobody can tell where the next reply starts.
/// - Note: a bare LF ends a line here. Real hosts do that, and nothing is smuggled by being lenient to a reply.
struct ReplyParser {
    enum Progress: Equatable {
        case needsMore
        case complete(ReplyHead)
        case violation(ReplyViolation)
    }

    let limits: ReplyLimits
    /// Where the line starts that has no end yet.
    private var lineStart = 0
    /// No LF lies between `lineStart` and here.
    private var searched = 0
    private var lines = 0
    private var code: UInt16 = 0

    init(limits: ReplyLimits = ReplyLimits()) { self.limits = limits }

    /// Looks at the readable bytes. After `complete` the caller consumes `length` bytes before it calls again.
    mutating func scan(_ input: borrowing Bytes) -> Progress {
        while let lineEnd = input.firstIndex(of: UInt8(ascii: "\n"), from: searched) {
            lines += 1
            guard lines <= limits.lines else { return .violation(.tooManyLines) }
            guard lineEnd < limits.bytes else { return .violation(.tooLong) }
            var end = lineEnd
            if end > lineStart, input[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            guard end - lineStart >= 3, let number = Self.code(in: input, at: lineStart) else {
                return .violation(.notAReply)
            }
            // RFC 5321 §4.2.1: every line of a reply carries the same code.
            guard lines == 1 || number == code else { return .violation(.codesDisagree) }
            code = number
            // RFC 5321 §4.2: the text is optional, so a line may end behind its code.
            let separator = end - lineStart == 3 ? UInt8(ascii: " ") : input[lineStart + 3]
            lineStart = lineEnd + 1
            searched = lineStart
            switch separator {
            case UInt8(ascii: "-"):
                continue
            case UInt8(ascii: " "):
                let head = ReplyHead(code: code, length: lineStart, lines: lines)
                self = ReplyParser(limits: limits)
                return .complete(head)
            default:
                return .violation(.notAReply)
            }
        }
        searched = input.count
        return input.count > limits.bytes ? .violation(.tooLong) : .needsMore
    }

    /// RFC 5321 §4.2: `Reply-code = %x32-35 %x30-35 %x30-39`. The second digit is not checked: hosts invent codes.
    private static func code(in input: borrowing Bytes, at start: Int) -> UInt16? {
        var value: UInt16 = 0
        for offset in 0..<3 {
            let digit = input[start + offset] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + UInt16(digit)
        }
        return (200...599).contains(value) ? value : nil
    }
}

/// What is known of a complete reply before anybody reads its text.
struct ReplyHead: Equatable {
    let code: UInt16
    /// Bytes up to and including the last line end.
    let length: Int
    let lines: Int

    var isPositive: Bool { code / 100 == 2 }
}

struct ReplyLimits: Hashable, Sendable {
    /// RFC 5321 §4.5.3.1.5 has replies end at 512 octets a line; what is kept of a line ends here.
    var keptPerLine = 2_048
    /// What is kept of a whole reply, in bytes: it goes to the journal once per recipient.
    var kept = 4_096
    var lines = 100
    /// Above this many bytes the peer is not speaking SMTP.
    var bytes = 204_800
}

enum ReplyViolation: Hashable, Sendable {
    case notAReply
    case codesDisagree
    case tooLong
    case tooManyLines
}
