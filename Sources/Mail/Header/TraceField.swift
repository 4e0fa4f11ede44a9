/// The Received field (RFC 5321 §4.4), and Message-ID and Date where the client left them out (RFC 6409 §8.2, §8.3).
package struct TraceField {
    let hostname: String
    let id: UUIDv7
    let time: WallTime

    /// - Parameter hostname: of this engine, as it greets.
    package init(hostname: String, id: UUIDv7, time: WallTime) {
        self.hostname = hostname
        self.id = id
        self.time = time
    }

    /// Never fails; what comes from outside is cleaned again, whatever the caller has done.
    package func append(to header: inout [UInt8], origin: Origin, envelope: Envelope) {
        header.put("Received: ")
        switch origin {
        case .smtp(let session):
            header.put("from ")
            header.put(foreign: session.helo.isEmpty ? "unknown" : session.helo)
            header.put(" (")
            appendLiteral(session.clientAddress, to: &header)
            header.put(")\r\n\tby ")
            header.put(hostname)
            header.put(" with ")
            header.put(Self.transmissionType(session))
            if let tls = session.tls {
                header.put(" (using ")
                header.put(foreign: tls.version, limit: 40)
                header.put(" with cipher ")
                header.put(foreign: tls.cipher, limit: 80)
                header.put(")")
            }
        case .api(let clientAddress):
            if !clientAddress.isEmpty {
                header.put("from ")
                appendLiteral(clientAddress, to: &header)
                header.put("\r\n\t")
            }
            header.put("by ")
            header.put(hostname)
            header.put(" with HTTP")
        case .notification:
            header.put("by ")
            header.put(hostname)
        }
        header.put("\r\n\tid ")
        header.put(id)
        // RFC 5321 §7.2: with several recipients the clause would tell each of the others.
        if envelope.recipients.count == 1, let mailbox = envelope.recipients.first?.mailbox {
            header.put("\r\n\tfor <")
            header.put(mailbox.description)
            header.put(">")
        }
        header.put("; ")
        header.put(date: time)
        header.put("\r\n")
    }

    package func appendDate(to header: inout [UInt8]) {
        header.put("Date: ")
        header.put(date: time)
        header.put("\r\n")
    }

    /// RFC 5322 §3.6.4: unique because the identifier is.
    package func messageID(author: Domain?) -> String {
        let host = author.flatMap { $0.isAddressLiteral ? nil : $0.text } ?? hostname
        return "<\(id)@\(host)>"
    }

    /// RFC 5321 §4.1.3: an IPv6 address is tagged.
    private func appendLiteral(_ address: String, to header: inout [UInt8]) {
        header.put("[")
        if address.utf8.contains(UInt8(ascii: ":")) { header.put("IPv6:") }
        header.put(foreign: address, limit: 60)
        header.put("]")
    }

    /// RFC 3848 §1, RFC 6531 §4.3.
    private static func transmissionType(_ session: SMTPOrigin) -> StaticString {
        guard session.isESMTP else { return "SMTP" }
        switch (session.needsSMTPUTF8, session.tls != nil, session.user != nil) {
        case (false, false, false): return "ESMTP"
        case (false, false, true): return "ESMTPA"
        case (false, true, false): return "ESMTPS"
        case (false, true, true): return "ESMTPSA"
        case (true, false, false): return "UTF8SMTP"
        case (true, false, true): return "UTF8SMTPA"
        case (true, true, false): return "UTF8SMTPS"
        case (true, true, true): return "UTF8SMTPSA"
        }
    }
}
