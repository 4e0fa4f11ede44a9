import Mail

/// Writes MAIL and RCPT with the parameters that the host offers (RFC 5321 §4.1.1.2, §4.1.1.3).
enum MailCommands {
    static func appendMail(
        _ envelope: Envelope, size: Int, extensions: Extensions, usesUTF8: Bool, to out: inout Bytes
    ) {
        out.append("MAIL FROM:<")
        if let sender = envelope.sender { append(sender, to: &out) }
        out.append(UInt8(ascii: ">"))
        if extensions.offered.contains(.size) {
            // RFC 1870 §5: an estimate is enough; stuffed dots are not counted.
            out.append(" SIZE=")
            out.append(decimal: size)
        }
        // RFC 6152 §2
        if envelope.is8Bit, extensions.offered.contains(.eightBitMIME) { out.append(" BODY=8BITMIME") }
        // RFC 6531 §3.4
        if usesUTF8 { out.append(" SMTPUTF8") }
        if extensions.offered.contains(.dsn) {
            // RFC 3461 §4.3
            switch envelope.returnOption {
            case .full?: out.append(" RET=FULL")
            case .headers?: out.append(" RET=HDRS")
            case nil: break
            }
            // RFC 3461 §4.4
            if let identifier = envelope.envelopeID, !identifier.isEmpty {
                out.append(" ENVID=")
                out.append(utf8: XText.encode(identifier))
            }
        }
        out.append("\r\n")
    }

    static func appendRecipient(
        _ recipient: Recipient, extensions: Extensions, usesUTF8: Bool, to out: inout Bytes
    ) {
        out.append("RCPT TO:<")
        append(recipient.mailbox, to: &out)
        out.append(UInt8(ascii: ">"))
        if extensions.offered.contains(.dsn) {
            if let notify = recipient.notify { append(notify, to: &out) }
            if let original = recipient.originalRecipient { append(original: original, usesUTF8: usesUTF8, to: &out) }
        }
        out.append("\r\n")
    }

    private static func append(_ mailbox: Mailbox, to out: inout Bytes) {
        if AddressTraits(of: mailbox.localPart).contains(.needsQuotes) {
            out.append(utf8: mailbox.description)
        } else {
            out.append(utf8: mailbox.localPart)
            out.append(UInt8(ascii: "@"))
            out.append(utf8: mailbox.domain.text)
        }
    }

    /// RFC 3461 §4.1
    private static func append(_ notify: DSNNotify, to out: inout Bytes) {
        guard !notify.isEmpty else { return out.append(" NOTIFY=NEVER") }
        out.append(" NOTIFY=")
        var separator = false
        for (condition, word) in [(DSNNotify.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY")]
        where notify.contains(condition) {
            if separator { out.append(UInt8(ascii: ",")) }
            out.append(utf8: word)
            separator = true
        }
    }

    /// RFC 3461 §4.2: `ORCPT=addr-type ";" xtext`. An address of type utf-8 has encodings of its own (RFC 6533 §3).
    private static func append(original: String, usesUTF8: Bool, to out: inout Bytes) {
        guard let semicolon = original.firstIndex(of: ";") else { return }
        let type = String(original[..<semicolon])
        let address = String(original[original.index(after: semicolon)...])
        out.append(" ORCPT=")
        out.append(utf8: XText.encode(type))
        out.append(UInt8(ascii: ";"))
        if type.lowercased() == "utf-8" {
            appendUTF8Address(address, usesUTF8: usesUTF8, to: &out)
        } else {
            out.append(utf8: XText.encode(address))
        }
    }

    /// RFC 6533 §3: `utf-8-addr-unitext` where SMTPUTF8 is in force, else `utf-8-addr-xtext`.
    private static func appendUTF8Address(_ address: String, usesUTF8: Bool, to out: inout Bytes) {
        for scalar in address.unicodeScalars {
            let isPlain =
                scalar.isASCII
                ? scalar.value > 0x20 && scalar.value < 0x7F && scalar != "\\" && scalar != "+" && scalar != "="
                : usesUTF8
            if isPlain {
                out.append(utf8: String(scalar))
            } else {
                out.append("\\x{")
                out.append(utf8: String(scalar.value, radix: 16, uppercase: true))
                out.append(UInt8(ascii: "}"))
            }
        }
    }
}
