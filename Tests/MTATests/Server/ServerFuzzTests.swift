import Mail
import Testing

@testable import MTA

/// Random sessions from a seed: whole commands, broken commands, raw bytes, in pieces of any size, from every state.
@Suite("Server: random sessions")
struct ServerFuzzTests {
    static let fragments = [
        "EHLO x\r\n", "HELO x\r\n", "LHLO x\r\n", "MAIL FROM:<a@b.example>\r\n", "MAIL FROM:<>\r\n", "RSET\r\n",
        "MAIL FROM:<forbidden@b.example>\r\n", "RCPT TO:<c@d.example>\r\n", "RCPT TO:<>\r\n", "DATA\r\n", "\r\n.\r\n",
        ".\r\n", "\n.\n", "\r.\r", "x\r\n", "BDAT 3\r\n", "BDAT 0 LAST\r\n", "BDAT 5 LAST\r\n", "BDAT 4000\r\n", "abc",
        "BDAT 20000000\r\n", "NOOP\r\n", "STARTTLS\r\n", "AUTH PLAIN\r\n", "AUTH LOGIN\r\n", "*\r\n",
        "AUTH PLAIN =\r\n",
        "AHVzZXIAc2VjcmV0\r\n", "dXNlcg==\r\n", "c2VjcmV0\r\n", "VRFY x\r\n", "HELP\r\n", "QUIT\r\n", "\r\n", "\n",
        "\r",
        "\0", "MAIL FROM:<", "SIZE=99999999999999999999", " ", "<\"", "@[IPv6:::1]", ";", "+0D", "=", "ü", ".",
        "RCPT TO:<e@f.example> NOTIFY=NEVER ORCPT=rfc822;x\r\n",
        "MAIL FROM:<a@b.example> SIZE=5 BODY=8BITMIME RET=FULL\r\n",
    ]

    private func piece(_ random: inout ServerRandom) -> [UInt8] {
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            return (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1:
            // One byte of a command changed.
            var bytes = Array((Self.fragments.randomElement(using: &random) ?? "x").utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            return bytes
        case 2: return [UInt8](repeating: 120, count: Int.random(in: 1...20_000, using: &random))
        default: return Array((Self.fragments.randomElement(using: &random) ?? "x").utf8)
        }
    }

    @Test("No crash, no transaction outside its states, no message without sender and recipient", arguments: 0..<8)
    func sessions(seed: Int) {
        var random = ServerRandom(seed: UInt64(seed))
        var states: Set<SessionState> = []
        var messages = 0
        for _ in 0..<250 {
            let role = [ServerRole.submission, .inbox, .inbound].randomElement(using: &random) ?? .inbound
            let isStrict = Int.random(in: 0..<4, using: &random) == 0
            let isNormalising = Bool.random(using: &random)
            let probe = ServerProbe(
                role: role, tls: [.none, .startTLS].randomElement(using: &random) ?? .none,
                trusted: Bool.random(using: &random)
            ) {
                $0.synchronisation = isStrict ? .strict : .lenient
                $0.strayLineEnds = isNormalising ? .normalise : .refuse
                $0.limits.errors = 200
                $0.limits.messageSize = 30_000
                $0.limits.recipients = 3
                $0.limits.chunks = 5
            }
            // Most begin where the later states are near.
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1: probe.toRecipients()
            case 2, 3:
                probe.send("EHLO x\r\n")
                probe.send("STARTTLS\r\n")
                probe.send("EHLO x\r\n")
                if Bool.random(using: &random) { probe.send("AUTH LOGIN\r\n") }
                states.insert(probe.session.state)
            default: break
            }
            for _ in 0..<60 where !probe.isClosed {
                let bytes = piece(&random)
                var at = 0
                while at < bytes.count {
                    let size = Int.random(in: 1...bytes.count, using: &random)
                    let before = probe.messages.count
                    let output = probe.send(Array(bytes[at..<min(at + size, bytes.count)]))
                    at += size
                    states.insert(probe.session.state)
                    check(probe, output, before)
                }
            }
            messages += probe.messages.count
            for message in probe.messages { #expect(!message.envelope.recipients.isEmpty) }
            #expect(!probe.wasInjected)
        }
        #expect(messages > 5)
        #expect(
            states.isSuperset(of: [.fresh, .ready, .sender, .recipients, .data, .chunk, .betweenChunks, .sasl, .closed])
        )
    }

    private func check(_ probe: ServerProbe, _ output: String, _ before: Int) {
        // Replies are whole lines, each with a code.
        for line in output.split(separator: "\r\n") { #expect(Int(line.prefix(3)) != nil, "\(line)") }
        #expect(output.isEmpty || output.hasSuffix("\r\n"))
        let session = probe.session
        switch session.state {
        case .fresh, .ready, .sasl, .authenticating, .handshaking, .closed:
            #expect(session.transaction.isEmpty, "left over in \(session.state)")
        case .sender: #expect(session.transaction.mail != nil && session.transaction.recipients.isEmpty)
        case .recipients, .data, .betweenChunks:
            #expect(session.transaction.mail != nil && !session.transaction.recipients.isEmpty)
        case .chunk: break
        case .checkingSender, .checkingRecipient, .storing: Issue.record("left in \(session.state)")
        }
    }

    @Test("Every complete command line has exactly one reply, in every state that reads commands")
    func everyCommandIsAnswered() {
        let openings = [
            "", "EHLO x\r\n", "HELO x\r\n", "EHLO x\r\nMAIL FROM:<>\r\n",
            "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n",
            "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT 0\r\n",
        ]
        var random = ServerRandom(seed: 99)
        for opening in openings {
            for fragment in Self.fragments where fragment.hasSuffix("\r\n") && fragment != "\r\n.\r\n" {
                for isBroken in [false, true] {
                    let probe = ServerProbe(tls: .none)
                    probe.send(opening)
                    var line = Array(fragment.utf8.dropLast(2))
                    if isBroken, !line.isEmpty {
                        line[Int.random(in: 0..<line.count, using: &random)] = UInt8.random(
                            in: 33...126, using: &random)
                    }
                    let output = probe.send(line + [13, 10])
                    let isWaiting = probe.session.state == .chunk
                    #expect(
                        ServerProbe.codes(in: output).count == (isWaiting ? 0 : 1),
                        "\(opening.debugDescription) then \(String(decoding: line, as: UTF8.self)): \(output)")
                }
            }
        }
    }

    @Test("Every way out of a transaction leaves nothing of it behind")
    func resetTransaction() {
        let ways: [(String, String)] = [
            ("RSET", "RSET\r\n"), ("EHLO", "EHLO y\r\n"), ("HELO", "HELO y\r\n"),
            ("end of data", "DATA\r\nx\r\n.\r\n"), ("refused data", "DATA\r\nx\ny\r\n.\r\n"),
            ("oversize data", "DATA\r\n" + String(repeating: "0123456789\r\n", count: 20) + ".\r\n"),
            ("last chunk", "BDAT 3 LAST\r\nx\r\n"),
            ("failed chunk", "BDAT 300\r\n" + String(repeating: "x", count: 300)),
            ("chunks then RSET", "BDAT 3\r\nx\r\nRSET\r\n"), ("chunks then EHLO", "BDAT 3\r\nx\r\nEHLO z\r\n"),
        ]
        for (name, bytes) in ways {
            for refusal in [nil, Refusal.diskLow] {
                let probe = ServerProbe { $0.limits.messageSize = 100 }
                probe.refusal = refusal
                probe.send(
                    "EHLO x\r\nMAIL FROM:<a@b.example> SMTPUTF8 RET=FULL ENVID=old\r\nRCPT TO:<old@d.example>\r\n")
                probe.send(bytes)
                #expect(probe.session.transaction.isEmpty && probe.session.state == .ready, "\(name)")
                // The hole found in other servers: RCPT and DATA without MAIL.
                #expect(probe.codes("RCPT TO:<b@d.example>\r\nDATA\r\n") == [503, 503], "\(name)")
                probe.refusal = nil
                let count = probe.messages.count
                #expect(
                    probe.codes("MAIL FROM:<>\r\nRCPT TO:<new@d.example>\r\nDATA\r\ny\r\n.\r\n") == [
                        250, 250, 354, 250,
                    ])
                let envelope = probe.messages.last?.envelope
                #expect(probe.messages.count == count + 1)
                #expect(envelope?.sender == nil && envelope?.envelopeID == nil && envelope?.returnOption == nil)
                #expect(envelope?.needsSMTPUTF8 == false && envelope?.recipients.map(\.mailbox.localPart) == ["new"])
            }
        }
    }
}
