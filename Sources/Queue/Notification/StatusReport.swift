import Mail

/// Composes a delivery status notification: multipart/report (RFC 6522) of a text for people, the fields of RFC 3464
/// for programs, and the message or its header section.
struct StatusReport {
    let hostname: String
    let options: NotificationOptions
    let action: ReportAction
    let recipients: [ReportedRecipient]
    let message: MessageFacts
    let body: QueuedBody
    let time: WallTime

    private var envelope: Envelope { body.facts.envelope }

    /// RFC 6533: addresses or header fields in UTF-8 need the `global` forms of the parts, and SMTPUTF8 on the way
    /// back.
    var isInternational: Bool {
        envelope.needsSMTPUTF8 || envelope.sender.map { !Self.isASCII($0.localPart) } ?? false
    }

    func compose() -> [UInt8] {
        let boundary = "report-\(UUIDv7(at: time))"
        let returned = returnedContent()
        var out: [UInt8] = []
        out.reserveCapacity(2_048 + returned.bytes.count)
        out.put("From: ")
        out.put(foreignWords: options.displayName)
        out.put(" <")
        out.put(options.author)
        out.put("@")
        out.put(hostname)
        out.put(">\r\nTo: <")
        out.put(envelope.sender?.description ?? "")
        out.put(">\r\nSubject: ")
        out.put(action.subject)
        out.put("\r\nDate: ")
        out.put(date: time)
        // RFC 3834 §5
        out.put("\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n")
        out.put("Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"")
        out.put(boundary)
        out.put("\"\r\n")
        let is8Bit = isInternational || returned.bytes.contains { $0 >= 0x80 }
        if is8Bit { out.put("Content-Transfer-Encoding: 8bit\r\n") }
        out.put("\r\n--")
        out.put(boundary)
        out.put("\r\nContent-Type: text/plain; charset=utf-8\r\n")
        if isInternational { out.put("Content-Transfer-Encoding: 8bit\r\n") }
        out.put("\r\n")
        appendText(to: &out)
        out.put("\r\n--")
        out.put(boundary)
        if isInternational {
            out.put("\r\nContent-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
        } else {
            out.put("\r\nContent-Type: message/delivery-status\r\n\r\n")
        }
        appendStatus(to: &out)
        out.put("\r\n--")
        out.put(boundary)
        out.put("\r\nContent-Type: ")
        out.put(returned.type)
        if returned.bytes.contains(where: { $0 >= 0x80 }) { out.put("\r\nContent-Transfer-Encoding: 8bit") }
        out.put("\r\n\r\n")
        out.append(contentsOf: returned.bytes)
        out.put("\r\n--")
        out.put(boundary)
        out.put("--\r\n")
        return out
    }

    private func appendText(to out: inout [UInt8]) {
        out.put("This is the mail system at ")
        out.put(hostname)
        out.put(".\r\n\r\n")
        appendIntroduction(to: &out)
        for reported in recipients {
            let outcome = reported.outcome
            out.put("\r\n<")
            out.put(mailbox(of: reported).description)
            out.put(">: ")
            out.put(RecipientStatus(outcome).sentence)
            if let host = outcome.host {
                out.put("\r\n    Host: ")
                out.put(foreignWords: host.name.isEmpty ? host.address : host.name)
            }
            if let reply = outcome.reply {
                out.put("\r\n    Reply: ")
                out.put(reply, isInternational: isInternational)
            }
            out.put("\r\n")
        }
    }

    private func appendIntroduction(to out: inout [UInt8]) {
        let whom: StaticString = recipients.count == 1 ? "this recipient" : "these recipients"
        switch action {
        case .failed:
            out.put("Your message could not be delivered to ")
            out.put(whom)
            out.put(". It will not be tried again.\r\n")
        case .delayed(let until):
            out.put("Your message has not been delivered yet to ")
            out.put(whom)
            out.put(".\r\nYou need not send it again: it will be tried until ")
            out.put(date: until)
            out.put(".\r\n")
        case .relayed:
            out.put("You asked to hear of the delivery of your message. For ")
            out.put(whom)
            out.put("\r\nit was handed to a host that does not confirm deliveries. It may still fail there.\r\n")
        }
    }

    private func appendStatus(to out: inout [UInt8]) {
        // RFC 3464 §2.2: the fields of the message.
        if let id = envelope.envelopeID {
            out.put("Original-Envelope-Id: ")
            out.put(foreignWords: id)
            out.put("\r\n")
        }
        out.put("Reporting-MTA: dns; ")
        out.put(hostname)
        out.put("\r\nArrival-Date: ")
        out.put(date: message.id.time)
        out.put("\r\n")
        for reported in recipients { appendRecipient(reported, to: &out) }
    }

    /// RFC 3464 §2.3: the fields of one recipient.
    private func appendRecipient(_ reported: ReportedRecipient, to out: inout [UInt8]) {
        let outcome = reported.outcome
        out.put("\r\n")
        if let original = envelope.recipients[Int(reported.recipient)].originalRecipient {
            out.put("Original-Recipient: ")
            out.put(foreignWords: original)
            out.put("\r\n")
        }
        let mailbox = mailbox(of: reported)
        // RFC 6533 §3
        out.put(Self.isASCII(mailbox.localPart) ? "Final-Recipient: rfc822; " : "Final-Recipient: utf-8; ")
        out.put(mailbox.description)
        out.put("\r\nAction: ")
        out.put(action.word)
        out.put("\r\nStatus: ")
        out.put(RecipientStatus(outcome).code.description)
        out.put("\r\n")
        if let host = outcome.host, !host.name.isEmpty {
            out.put("Remote-MTA: dns; ")
            out.put(foreign: host.name)
            out.put("\r\n")
        }
        if let reply = outcome.reply {
            out.put("Diagnostic-Code: smtp; ")
            out.put(reply, isInternational: isInternational)
            out.put("\r\n")
        }
        switch action {
        case .failed, .relayed:
            if reported.number > 0 {
                out.put("Last-Attempt-Date: ")
                out.put(date: time)
                out.put("\r\n")
            }
        case .delayed(let until):
            // RFC 3464 §2.3.9
            out.put("Will-Retry-Until: ")
            out.put(date: until)
            out.put("\r\n")
        }
    }

    /// RET, bounded by size.
    private func returnedContent() -> (type: StaticString, bytes: [UInt8]) {
        let wantsFull: Bool
        switch envelope.returnOption {
        // RFC 3461 §4.3: RET is about failures; what tells of none gives back the header section.
        case _ where action != .failed: wantsFull = false
        case .full?: wantsFull = true
        case .headers?: wantsFull = false
        case nil: wantsFull = options.returnsFullByDefault
        }
        if wantsFull, body.content.count <= options.fullReturnLimit {
            return (
                isInternational ? "message/global" : "message/rfc822", body.content.added + body.content.original
            )
        }
        // A header section may be as large as a message.
        let end = min(HeaderSummary.scan(body.content.original).bodyOffset, options.fullReturnLimit)
        var header = body.content.added + body.content.original[..<end]
        // Cut where a line ends, and without the empty line behind the last field.
        while !header.isEmpty, header.last != UInt8(ascii: "\n") { header.removeLast() }
        if header.suffix(4).elementsEqual([13, 10, 13, 10]) { header.removeLast(2) }
        return (isInternational ? "message/global-headers" : "text/rfc822-headers", header)
    }

    private func mailbox(of reported: ReportedRecipient) -> Mailbox {
        envelope.recipients[Int(reported.recipient)].mailbox
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}

extension [UInt8] {
    /// Text from outside that may hold spaces: controls become `?`, beyond ASCII stays. At most 500 bytes.
    fileprivate mutating func put(foreignWords text: String) {
        for byte in text.utf8.prefix(500) { append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: "?") : byte) }
    }

    /// A remote reply: each of its lines on one of ours, folded (RFC 5322 §2.2.3), at most 20 lines of 500 bytes. RFC
    /// 3464 §2.1 wants ASCII; RFC 6533 §3 allows UTF-8.
    fileprivate mutating func put(_ reply: Reply, isInternational: Bool) {
        put(decimal: Int(reply.code))
        if let enhanced = reply.enhanced {
            put(" ")
            put(enhanced.description)
        }
        // A continuation of nothing but spaces could pass for the empty line that ends the fields.
        let lines = reply.text.utf8.split(separator: UInt8(ascii: "\n"))
            .filter { line in line.contains { $0 > 0x20 } }
        for (number, line) in lines.prefix(20).enumerated() {
            put(number == 0 ? " " : "\r\n    ")
            for byte in line.prefix(500) {
                let isPlain = byte >= 0x20 && byte != 0x7F && (byte < 0x80 || isInternational)
                append(isPlain ? byte : UInt8(ascii: "?"))
            }
        }
    }
}
