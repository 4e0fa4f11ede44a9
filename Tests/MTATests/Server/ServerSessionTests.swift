import Mail
import Testing

@testable import MTA

@Suite("Server: the session")
struct ServerSessionTests {
    @Test("One message, from EHLO to QUIT")
    func oneMessage() throws {
        let probe = ServerProbe()
        let ehlo = probe.send("EHLO client.example\r\n")
        for word in [
            "PIPELINING", "SIZE 26214400", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES", "STARTTLS",
        ] {
            #expect(ehlo.contains(word), "\(word) in \(ehlo)")
        }
        #expect(!ehlo.contains("AUTH"), "AUTH is not offered without TLS")
        #expect(probe.codes("MAIL FROM:<a@b.example> BODY=8BITMIME\r\nRCPT TO:<c@d.example>\r\n") == [250, 250])
        #expect(probe.codes("DATA\r\n") == [354])
        #expect(probe.codes("Subject: x\r\n\r\n..\r\n.\r\n") == [250])
        #expect(probe.codes("QUIT\r\n") == [221])
        #expect(probe.isClosed)
        let message = try #require(probe.messages.first)
        #expect(message.content == Array("Subject: x\r\n\r\n.\r\n".utf8))
        #expect(message.envelope.is8Bit && message.envelope.recipients.count == 1)
    }

    @Test(
        "Commands out of sequence are refused and change nothing (RFC 5321 §4.1.4)",
        arguments: [
            ("MAIL FROM:<a@b.example>", [503]), ("RCPT TO:<a@b.example>", [503]), ("DATA", [503]),
            ("HELO x\r\nRCPT TO:<a@b.example>", [250, 503]), ("EHLO x\r\nDATA", [250, 503]),
            ("EHLO x\r\nMAIL FROM:<>\r\nDATA", [250, 250, 554]),
            ("EHLO x\r\nMAIL FROM:<>\r\nMAIL FROM:<>", [250, 250, 503]),
            ("EHLO x\r\nMAIL FROM:<>\r\nAUTH PLAIN", [250, 250, 503]),
            ("EHLO x\r\nMAIL FROM:<>\r\nSTARTTLS", [250, 250, 503]),
            ("EHLO x\r\nMAIL FROM:<>\r\nRSET\r\nRCPT TO:<a@b.example>", [250, 250, 250, 503]),
            ("EHLO x\r\nMAIL FROM:<>\r\nEHLO y\r\nRCPT TO:<a@b.example>", [250, 250, 250, 503]),
            ("HELO x\r\nMAIL FROM:<a@b.example> SIZE=1", [250, 501]), ("RSET\r\nMAIL FROM:<>", [250, 503]),
            ("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT 0\r\nDATA", [250, 250, 250, 250, 503]),
            (
                "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT 0\r\nRCPT TO:<c@d.example>",
                [250, 250, 250, 250, 503]
            ),
            ("EHLO x\r\nBDAT 6\r\nQUIT", [250, 503]),
            ("EHLO x\r\nMAIL FROM:<>\r\nBDAT 6 LAST\r\nQUIT", [250, 250, 554]),
        ] as [(String, [Int])])
    func sequence(lines: String, expected: [Int]) {
        let probe = ServerProbe(tls: .startTLS)
        #expect(probe.codes(lines + "\r\n") == expected)
        #expect(!probe.isClosed)
    }

    @Test("STARTTLS inside a transaction")
    func startTLSInTransaction() {
        let probe = ServerProbe()
        // Behind STARTTLS nothing may stand; alone it is refused in a transaction.
        probe.send("EHLO x\r\nMAIL FROM:<>\r\n")
        #expect(probe.codes("STARTTLS\r\n") == [503])
        #expect(probe.handshakes == 0)
    }

    @Test("All that was said before TLS is forgotten (RFC 3207 §4.2)")
    func tlsWipes() {
        let probe = ServerProbe(trusted: false)
        #expect(probe.codes("EHLO x\r\n") == [250])
        #expect(probe.codes("STARTTLS\r\n") == [220])
        #expect(probe.session.helo.isEmpty)
        #expect(probe.codes("MAIL FROM:<a@b.example>\r\n") == [503])
        let ehlo = probe.send("EHLO x\r\n")
        #expect(ehlo.contains("AUTH PLAIN LOGIN") && !ehlo.contains("STARTTLS"))
        #expect(probe.codes("STARTTLS\r\n") == [503])
    }

    @Test("A command in the packet of STARTTLS ends the connection without TLS (CVE-2011-0411)")
    func startTLSInjection() {
        let probe = ServerProbe()
        probe.send("EHLO x\r\n")
        #expect(probe.send("STARTTLS\r\nEHLO injected\r\n") == "")
        #expect(probe.isClosed && probe.handshakes == 0)
    }

    @Test(
        "Improper pipelining closes when the options are strict", arguments: ["EHLO x", "HELO x", "DATA", "AUTH PLAIN"])
    func strictPipelining(command: String) {
        let probe = ServerProbe { $0.synchronisation = .strict }
        probe.toRecipients()
        #expect(probe.codes("\(command)\r\nNOOP\r\n") == [503])
        #expect(probe.isClosed)
    }

    @Test("Whoever is not known may not send, and hears it at MAIL")
    func authRequired() {
        let probe = ServerProbe(trusted: false)
        #expect(probe.codes("EHLO x\r\nMAIL FROM:<a@b.example>\r\n") == [250, 530])
        #expect(probe.codes("AUTH PLAIN AHVzZXIAc2VjcmV0\r\n") == [538])
    }

    @Test("The policy's refusal of a sender leaves no transaction")
    func senderRefused() {
        let probe = ServerProbe()
        #expect(
            probe.codes("EHLO x\r\nMAIL FROM:<forbidden@b.example>\r\nRCPT TO:<a@b.example>\r\n") == [250, 550, 503])
        #expect(probe.session.transaction.isEmpty)
    }

    // MARK: - AUTH

    private func encrypted() -> ServerProbe {
        let probe = ServerProbe(trusted: false)
        probe.send("EHLO x\r\n")
        probe.send("STARTTLS\r\n")
        probe.send("EHLO x\r\n")
        return probe
    }

    @Test(
        "AUTH PLAIN and LOGIN",
        arguments: [
            ("AUTH PLAIN AHVzZXIAc2VjcmV0\r\n", [235]), ("auth plain\r\nAHVzZXIAc2VjcmV0\r\n", [334, 235]),
            ("AUTH PLAIN dXNlcgB1c2VyAHNlY3JldA==\r\n", [235]),
            ("AUTH LOGIN\r\ndXNlcg==\r\nc2VjcmV0\r\n", [334, 334, 235]),
            ("AUTH LOGIN dXNlcg==\r\nc2VjcmV0\r\n", [334, 235]), ("AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n", [535]),
            ("AUTH PLAIN b3RoZXIAdXNlcgBzZWNyZXQ=\r\n", [501]), ("AUTH PLAIN\r\n*\r\n", [334, 501]),
            ("AUTH LOGIN\r\n*\r\n", [334, 501]), ("AUTH PLAIN !!!!\r\n", [501]), ("AUTH PLAIN AHVzZXI\r\n", [501]),
            ("AUTH PLAIN =\r\n", [501]), ("AUTH CRAM-MD5\r\n", [504]), ("AUTH PLAIN\r\nQUIT\r\n", [334, 501]),
            ("AUTH PLAIN AAAA\r\n", [501]),
        ] as [(String, [Int])])
    func auth(lines: String, expected: [Int]) {
        let probe = encrypted()
        #expect(probe.codes(lines) == expected)
        #expect((probe.session.principal != nil) == (expected.last == 235))
        #expect(probe.codes("MAIL FROM:<a@b.example>\r\n") == [expected.last == 235 ? 250 : 530])
    }

    @Test("A second AUTH is refused (RFC 4954 §4), and three failures end the session")
    func authLimits() {
        let probe = encrypted()
        #expect(probe.codes("AUTH PLAIN AHVzZXIAc2VjcmV0\r\nAUTH PLAIN\r\n") == [235, 503])
        let other = encrypted()
        let wrong = "AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n"
        #expect(other.codes(wrong + wrong) == [535, 535])
        #expect(other.codes(wrong) == [421])
        #expect(other.isClosed)
    }

    @Test("AUTH is not known to an inbox")
    func authAtInbox() {
        let probe = ServerProbe(role: .inbox, tls: .none, trusted: false)
        #expect(probe.codes("EHLO x\r\nAUTH PLAIN\r\n") == [250, 502])
        #expect(probe.codes("MAIL FROM:<a@b.example>\r\nRCPT TO:<x@y.example>\r\nDATA\r\n") == [250, 250, 354])
    }

    // MARK: - Limits

    @Test("SIZE above the limit is refused at MAIL, content above it at the end")
    func size() {
        let probe = ServerProbe { $0.limits.messageSize = 10 }
        #expect(probe.codes("EHLO x\r\nMAIL FROM:<a@b.example> SIZE=11\r\n") == [250, 552])
        probe.toRecipients()
        #expect(probe.codes("DATA\r\n0123456789\r\nMAIL FROM:<x>\r\n.\r\nNOOP\r\n") == [354, 552, 250])
        #expect(probe.session.transaction.isEmpty && probe.messages.isEmpty)
    }

    @Test("Recipients above the limit get 452, and the others their mail")
    func recipients() {
        let probe = ServerProbe { $0.limits.recipients = 2 }
        probe.toRecipients()
        #expect(probe.codes("RCPT TO:<c@d.example>\r\nRCPT TO:<e@f.example>\r\n") == [250, 452])
        #expect(probe.codes("DATA\r\n\r\n.\r\n") == [354, 250])
        #expect(probe.messages.first?.envelope.recipients.count == 2)
    }

    @Test("Twenty mistakes end the session")
    func errors() {
        let probe = ServerProbe()
        for _ in 0..<19 { #expect(probe.codes("FOO\r\n") == [500]) }
        #expect(probe.codes("FOO\r\n") == [500, 421])
        #expect(probe.isClosed)
    }

    @Test("Commands that lead nowhere become mistakes in the end")
    func idleCommands() {
        let probe = ServerProbe {
            $0.limits.idleCommands = 5
            $0.limits.errors = 3
        }
        for _ in 0..<7 { #expect(probe.codes("NOOP\r\n") == [250]) }
        #expect(probe.codes("NOOP\r\n") == [250, 421])
    }

    @Test("A line that is too long is eaten whole, in whatever pieces, and the session goes on")
    func longLine() {
        let probe = ServerProbe()
        let long = "NOOP " + String(repeating: "x", count: 3_000) + "\r\n"
        #expect(probe.codes(long + "NOOP\r\n") == [500, 250])
        for character in long.utf8 { probe.send([character]) }
        #expect(probe.codes("NOOP\r\n") == [250])
        #expect(probe.codes("NOOP " + String(repeating: "x", count: 2_041) + "\r\n") == [250])
        #expect(probe.codes("NOOP " + String(repeating: "x", count: 2_042) + "\r\n") == [500])
    }

    @Test("AUTH with an initial response may be longer than other commands (RFC 4954 §4)")
    func longAuth() {
        let probe = encrypted()
        let response = String(repeating: "A", count: 4_000)
        #expect(probe.codes("AUTH PLAIN \(response)\r\n") == [501])
        #expect(probe.send("AUTH PLAIN " + String(repeating: "A", count: 13_000) + "\r\n").hasPrefix("500"))
    }

    // MARK: - BDAT

    @Test("Chunks in one packet, the last of no size")
    func chunks() {
        let probe = ServerProbe()
        probe.toRecipients()
        #expect(
            probe.codes("BDAT 3\r\na\r\nBDAT 5\r\n.\r\nb\rBDAT 1\r\n\nBDAT 0 LAST\r\nNOOP\r\n") == [
                250, 250, 250, 250, 250,
            ])
        #expect(probe.messages.first?.content == Array("a\r\n.\r\nb\r\n".utf8))
    }

    @Test("After a failed chunk the rest is eaten and refused, and the next message is clean (RFC 3030 §2)")
    func failedChunk() {
        let probe = ServerProbe { $0.limits.messageSize = 8 }
        probe.toRecipients()
        #expect(probe.codes("BDAT 6\r\n1234\r\nBDAT 6\r\nNOOP\r\nBDAT 6 LAST\r\nQUIT\r\n") == [250, 552, 503])
        #expect(!probe.isClosed && probe.session.transaction.isEmpty)
        #expect(
            probe.codes("MAIL FROM:<a@b.example>\r\nRCPT TO:<a@b.example>\r\nBDAT 3 LAST\r\nx\r\n") == [250, 250, 250])
        #expect(probe.messages.first?.content == Array("x\r\n".utf8))
    }

    @Test("A bare LF in a chunk is refused at its end")
    func bareLFInChunk() {
        let probe = ServerProbe()
        probe.toRecipients()
        #expect(probe.codes("BDAT 4 LAST\r\na\nb\nNOOP\r\n") == [550, 250])
    }

    @Test("Too many chunks")
    func chunkCount() {
        let probe = ServerProbe { $0.limits.chunks = 3 }
        probe.toRecipients()
        #expect(probe.codes("BDAT 1\r\naBDAT 1\r\nbBDAT 1\r\ncBDAT 1\r\nd") == [250, 250, 250, 552])
    }

    @Test(
        "A BDAT that cannot be read, or is absurd, ends the session", arguments: ["BDAT x", "BDAT 999999999999999999"])
    func absurdChunk(line: String) {
        let probe = ServerProbe()
        probe.toRecipients()
        #expect([[501], [552]].contains(probe.codes(line + "\r\nQUIT\r\n")))
        #expect(probe.isClosed)
    }

    // MARK: - The rest

    @Test(
        "What the queue says becomes a reply",
        arguments: [
            (Refusal.storageUnavailable, "452 4.3.1"), (.diskLow, "452 4.3.1"), (.overloaded, "452 4.3.1"),
            (.shuttingDown, "421 4.3.2"), (.tooLarge(limit: 1), "552 5.3.4"), (.mailLoop, "554 5.4.6"),
        ])
    func refusals(refusal: Refusal, expected: String) {
        let probe = ServerProbe()
        probe.refusal = refusal
        probe.toRecipients()
        probe.send("DATA\r\n")
        #expect(probe.send("\r\n.\r\n").hasPrefix(expected))
        #expect(probe.session.transaction.isEmpty)
        #expect(probe.isClosed == (refusal == .shuttingDown))
    }

    @Test("SMTPUTF8 addresses need the parameter (RFC 6531 §3.5)")
    func utf8() {
        let probe = ServerProbe()
        #expect(probe.codes("EHLO x\r\nMAIL FROM:<ü@b.example>\r\n") == [250, 553])
        #expect(probe.codes("MAIL FROM:<ü@b.example> SMTPUTF8\r\nRCPT TO:<用户@münchen.example>\r\n") == [250, 250])
        #expect(probe.codes("RSET\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<用户@b.example>\r\n") == [250, 250, 553])
    }

    @Test("Postmaster needs no domain (RFC 5321 §4.5.1)")
    func postmaster() {
        let probe = ServerProbe()
        probe.send("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<PostMaster>\r\nDATA\r\n\r\n.\r\n")
        #expect(
            probe.messages.first?.envelope.recipients.first?.mailbox
                == Mailbox(localPart: "postmaster", domain: Domain(canonical: "mx.example.org")))
    }
}
