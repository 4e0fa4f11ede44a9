import Mail

/// Takes the `Reply` that is stored and shown out of the bytes of a complete reply, and bounds it: the lines are cut
/// here and cleaned by `Reply` itself.
enum ReplyText {
    static func reply(_ head: ReplyHead, in input: borrowing Bytes, limits: ReplyLimits) -> Reply {
        var lines: [[UInt8]] = []
        var kept = 0
        var start = 0
        while start < head.length, kept < limits.kept,
            let lineEnd = input.firstIndex(of: UInt8(ascii: "\n"), from: start)
        {
            var end = lineEnd
            if end > start, input[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            // Behind the code and its separator.
            let from = min(start + 4, end)
            let line = input.copy(from..<min(end, from + min(limits.keptPerLine, limits.kept - kept)))
            kept += line.count + 1
            lines.append(line)
            start = lineEnd + 1
        }
        return Reply(code: head.code, lines: lines)
    }
}
