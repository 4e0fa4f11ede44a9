import Mail

/// MAIL and RCPT.
extension ServerSession {
    mutating func begin(_ mail: MailCommand, into out: inout Bytes) -> SessionAction {
        switch state {
        case .fresh: return reply(.helloFirst, into: &out)
        case .sender, .recipients, .betweenChunks: return reply(.nestedMail, into: &out)
        case .ready: break
        case .checkingSender, .checkingRecipient, .data, .chunk, .storing, .sasl, .authenticating, .handshaking,
            .closed:
            preconditionFailure("MAIL in \(state)")
        }
        guard isESMTP || !mail.hasParameters else { return reply(.parametersNeedEHLO, into: &out) }
        switch options.role {
        case .submission:
            // RFC 4954 §6
            guard principal != nil else { return reply(.authRequired, into: &out) }
        case .inbox, .inbound:
            break
        }
        guard mail.needsSMTPUTF8 || !mail.isInternational else { return reply(.needsSMTPUTF8, into: &out) }
        // RFC 1870 §6.1
        guard mail.size <= options.limits.messageSize else { return reply(.tooLarge, into: &out) }
        resetTransaction()
        change { $0.mail = mail }
        enter(.checkingSender)
        switch options.role {
        case .submission: return .checkSender(mail.sender)
        case .inbox, .inbound: return senderChecked(nil, into: &out)
        }
    }

    /// - Parameter refusal: the policy's reply; `nil` lets the sender through.
    mutating func senderChecked(_ refusal: Reply?, into out: inout Bytes) -> SessionAction {
        if let refusal {
            resetTransaction()
            enter(.ready)
            refusal.write(into: &out)
            return count(isError: true, into: &out)
        }
        enter(.sender)
        return reply(.ok, into: &out)
    }

    mutating func add(_ rcpt: RcptCommand, into out: inout Bytes) -> SessionAction {
        switch state {
        case .fresh: return reply(.helloFirst, into: &out)
        case .ready: return reply(.mailFirst, into: &out)
        case .betweenChunks: return reply(.rcptAfterBDAT, into: &out)
        case .sender, .recipients: break
        case .checkingSender, .checkingRecipient, .data, .chunk, .storing, .sasl, .authenticating, .handshaking,
            .closed:
            preconditionFailure("RCPT in \(state)")
        }
        guard isESMTP || !rcpt.hasParameters else { return reply(.parametersNeedEHLO, into: &out) }
        guard transaction.mail?.needsSMTPUTF8 == true || !rcpt.isInternational
        else { return reply(.needsSMTPUTF8, into: &out) }
        // RFC 5321 §4.5.3.1.10
        guard transaction.recipients.count < options.limits.recipients
        else { return reply(.tooManyRecipients, into: &out) }
        let mailbox =
            switch rcpt.recipient {
            case .mailbox(let mailbox): mailbox
            case .postmaster: Mailbox(localPart: "postmaster", domain: Domain(canonical: options.hostname.lowercased()))
            }
        let recipient = Recipient(mailbox, notify: rcpt.notify, originalRecipient: rcpt.originalRecipient)
        switch options.role {
        case .submission, .inbox:
            change { $0.recipients.append(recipient) }
            enter(.recipients)
            return reply(.ok, into: &out)
        case .inbound:
            change { $0.pending = recipient }
            enter(.checkingRecipient)
            return .checkRecipient(mailbox)
        }
    }

    /// - Parameter refusal: the sink's reply; `nil` takes the recipient.
    mutating func recipientChecked(_ refusal: Reply?, into out: inout Bytes) -> SessionAction {
        guard let recipient = change({ $0.pending.take() }) else { preconditionFailure("no recipient in \(state)") }
        if let refusal {
            enter(transaction.recipients.isEmpty ? .sender : .recipients)
            refusal.write(into: &out)
            // Whoever tries names one after the other is cut off.
            return count(isError: true, into: &out)
        }
        change { $0.recipients.append(recipient) }
        enter(.recipients)
        return reply(.ok, into: &out)
    }
}

extension Reply {
    /// On the wire: one line per line of the text, each with the codes (RFC 5321 §4.2.1, RFC 2034 §4).
    func write(into out: inout Bytes) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            out.append(decimal: Int(code))
            out.append(index == lines.count - 1 ? UInt8(ascii: " ") : UInt8(ascii: "-"))
            if let enhanced {
                out.append(utf8: enhanced.description)
                out.append(UInt8(ascii: " "))
            }
            // The text comes from a policy; a control in it must not become a line of its own.
            for byte in line.utf8 { out.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: "?") : byte) }
            out.append("\r\n" as StaticString)
        }
    }
}
