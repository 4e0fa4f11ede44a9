import Mail

/// `RCPT TO:<forward-path> [parameters]` (RFC 5321 §4.1.1.3).
enum RcptParser {
    static func parse(_ cursor: inout ByteCursor) throws(CommandFailure) -> RcptCommand {
        guard cursor.skipBlanks() > 0, cursor.take("TO") else { throw .rcptSyntax }
        cursor.skipBlanks()
        guard cursor.take(":") else { throw .rcptSyntax }
        cursor.skipBlanks()
        let path: ForwardPath
        do {
            path = try ForwardPath(parsing: cursor.rest, options: MailParser.addresses)
        } catch {
            throw .recipientAddress(error)
        }
        var command = RcptCommand(recipient: path.recipient)
        command.isInternational = cursor.passPath(path.length)
        guard cursor.isAtBlankOrEnd else { throw .rcptSyntax }
        var seen: SeenParameters = []
        while let parameter = try Parameter.next(&cursor) {
            command.hasParameters = true
            if cursor.bytes.equals("NOTIFY", in: parameter.keyword) {
                try seen.note(.notify)
                command.notify = try notify(cursor.bytes, parameter.value)
            } else if cursor.bytes.equals("ORCPT", in: parameter.keyword) {
                try seen.note(.originalRecipient)
                command.originalRecipient = try originalRecipient(cursor.bytes, parameter.value)
            } else {
                throw .unknownParameter
            }
        }
        return command
    }

    /// RFC 3461 §4.1: NEVER alone, or a list of the other three.
    private static func notify(_ bytes: Span<UInt8>, _ range: Range<Int>?) throws(CommandFailure) -> DSNNotify {
        guard let range else { throw .notifyValue }
        if bytes.equals("NEVER", in: range) { return .never }
        var notify: DSNNotify = []
        var start = range.lowerBound
        while start <= range.upperBound {
            let end = bytes.firstIndex(of: UInt8(ascii: ","), in: start..<range.upperBound) ?? range.upperBound
            let word = start..<end
            if bytes.equals("SUCCESS", in: word) {
                notify.insert(.success)
            } else if bytes.equals("FAILURE", in: word) {
                notify.insert(.failure)
            } else if bytes.equals("DELAY", in: word) {
                notify.insert(.delay)
            } else {
                throw .notifyValue
            }
            start = end + 1
        }
        return notify
    }

    /// RFC 3461 §4.2: `addr-type ";" xtext`, at most 500 characters.
    private static func originalRecipient(
        _ bytes: Span<UInt8>, _ range: Range<Int>?
    ) throws(CommandFailure) -> String {
        guard let range, range.count <= 500, let semicolon = bytes.firstIndex(of: UInt8(ascii: ";"), in: range),
            semicolon > range.lowerBound, semicolon + 1 < range.upperBound
        else { throw .originalRecipientValue }
        for index in range.lowerBound..<semicolon {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                continue
            default: throw .originalRecipientValue
            }
        }
        guard let kind = bytes.text(range.lowerBound..<semicolon),
            let address = XText.decode(bytes.extracting(semicolon + 1..<range.upperBound))
        else { throw .originalRecipientValue }
        return "\(kind);\(address)"
    }
}
