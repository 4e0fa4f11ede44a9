import Mail

/// `MAIL FROM:<reverse-path> [parameters]` (RFC 5321 §4.1.1.2).
enum MailParser {
    /// RFC 6531 §3.5 is checked once the parameters are known. Without brackets: not in the RFC, but devices and
    /// scripts send it. RFC 5321 §4.5.3.1: 64 bytes of local part is what must be taken at least; VERP senders need
    /// more.
    static let addresses = AddressOptions(allowsUTF8: true, allowsBarePath: true, localPartLimit: 128)

    static func parse(_ cursor: inout ByteCursor) throws(CommandFailure) -> MailCommand {
        guard cursor.skipBlanks() > 0, cursor.take("FROM") else { throw .mailSyntax }
        cursor.skipBlanks()
        guard cursor.take(":") else { throw .mailSyntax }
        cursor.skipBlanks()
        let path: ReversePath
        do {
            path = try ReversePath(parsing: cursor.rest, options: Self.addresses)
        } catch {
            throw .senderAddress(error)
        }
        var command = MailCommand()
        command.sender = path.mailbox
        command.isInternational = cursor.passPath(path.length)
        guard cursor.isAtBlankOrEnd else { throw .mailSyntax }
        var seen: SeenParameters = []
        while let parameter = try Parameter.next(&cursor) {
            command.hasParameters = true
            try apply(parameter, cursor.bytes, &command, &seen)
        }
        return command
    }

    private static func apply(
        _ parameter: Parameter, _ bytes: Span<UInt8>, _ command: inout MailCommand, _ seen: inout SeenParameters
    ) throws(CommandFailure) {
        let keyword = parameter.keyword
        if bytes.equals("SIZE", in: keyword) {
            try seen.note(.size)
            command.size = try size(bytes, parameter.value)
        } else if bytes.equals("BODY", in: keyword) {
            try seen.note(.body)
            guard let value = parameter.value else { throw .bodyValue }
            // RFC 6152 §2; BINARYMIME (RFC 3030 §3) is not offered.
            command.is8Bit = bytes.equals("8BITMIME", in: value)
            guard command.is8Bit || bytes.equals("7BIT", in: value) else { throw .bodyValue }
        } else if bytes.equals("SMTPUTF8", in: keyword) {
            try seen.note(.utf8)
            // RFC 6531 §3.1: the parameter takes no value.
            guard parameter.value == nil else { throw .utf8Value }
            command.needsSMTPUTF8 = true
        } else if bytes.equals("RET", in: keyword) {
            try seen.note(.returnOption)
            guard let value = parameter.value else { throw .returnValue }
            guard bytes.equals("FULL", in: value) || bytes.equals("HDRS", in: value) else { throw .returnValue }
            command.returnOption = bytes.equals("FULL", in: value) ? .full : .headers
        } else if bytes.equals("ENVID", in: keyword) {
            try seen.note(.envelopeID)
            // RFC 3461 §4.4: at most 100 characters.
            guard let value = parameter.value, value.count <= 100,
                let text = XText.decode(bytes.extracting(value))
            else { throw .envelopeIDValue }
            command.envelopeID = text
        } else if bytes.equals("AUTH", in: keyword) {
            try seen.note(.auth)
            // RFC 4954 §5: taken and not trusted further, which is as if `<>` had been given.
            guard let value = parameter.value, value.count <= 500, XText.decode(bytes.extracting(value)) != nil
            else { throw .authValue }
        } else {
            throw .unknownParameter
        }
    }

    /// RFC 1870 §4: up to 20 digits. What does not fit an `Int` is above every limit.
    private static func size(_ bytes: Span<UInt8>, _ range: Range<Int>?) throws(CommandFailure) -> Int {
        guard let range, (1...20).contains(range.count) else { throw .sizeValue }
        if let value = Decimal.parse(bytes, range, digits: 18) { return value }
        guard Decimal.parse(bytes, range.lowerBound..<range.lowerBound + 1, digits: 1) != nil,
            Decimal.parse(bytes, range.upperBound - 18..<range.upperBound, digits: 18) != nil, range.count > 18
        else { throw .sizeValue }
        return Int.max
    }
}
