import Mail
import Testing

@testable import MTA

@Suite("Server: command lines")
struct ServerCommandTests {
    static func parse(_ line: String) throws(CommandFailure) -> Command {
        try CommandParser.parse(Array(line.utf8).span)
    }

    static func mailbox(_ local: String, _ domain: String) -> Mailbox {
        Mailbox(localPart: local, domain: Domain(canonical: domain))
    }

    @Test(
        "Commands without parameters",
        arguments: [
            ("EHLO a.example", .ehlo("a.example")), ("ehlo  [127.0.0.1]", .ehlo("[127.0.0.1]")), ("HELO x", .helo("x")),
            ("data", .data), ("DATA  ", .data), ("RSET", .rset), ("NOOP whatever", .noop), ("HELP MAIL", .help),
            ("QUIT", .quit), ("StartTLS", .startTLS), ("VRFY bob", .vrfy), ("EXPN list", .expn),
            ("BDAT 0", .bdat(ChunkHeader(size: 0, isLast: false))),
            ("bdat 100 last", .bdat(ChunkHeader(size: 100, isLast: true))),
            ("AUTH PLAIN", .auth(AuthCommand(mechanism: .plain, initialResponse: nil))),
            ("AUTH login =", .auth(AuthCommand(mechanism: .login, initialResponse: [61]))),
            ("AUTH CRAM-MD5", .auth(AuthCommand(mechanism: nil, initialResponse: nil))),
        ] as [(String, Command)])
    func simple(line: String, expected: Command) throws {
        #expect(try Self.parse(line) == expected)
    }

    @Test("MAIL with every parameter this server knows")
    func mailParameters() throws {
        let line =
            "MAIL FROM:<a@b.example> SIZE=123 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+2B1 AUTH=<>"
        guard case .mail(let mail) = try Self.parse(line) else { return #expect(Bool(false)) }
        #expect(mail.sender == Self.mailbox("a", "b.example"))
        #expect(mail.size == 123 && mail.is8Bit && mail.needsSMTPUTF8)
        #expect(mail.returnOption == .headers && mail.envelopeID == "QQ+1")
    }

    @Test("RCPT with DSN parameters")
    func rcptParameters() throws {
        let line = "RCPT TO:<b@c.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;George+20@x.example"
        guard case .rcpt(let rcpt) = try Self.parse(line) else { return #expect(Bool(false)) }
        #expect(rcpt.recipient == .mailbox(Self.mailbox("b", "c.example")))
        #expect(rcpt.notify == [.success, .delay])
        #expect(rcpt.originalRecipient == "rfc822;George @x.example")
    }

    @Test(
        "Tolerance: blanks and missing brackets hurt nobody",
        arguments: [
            "MAIL FROM: <a@b.example>", "mail from:<a@b.example>", "MAIL  FROM : <a@b.example> ",
            "MAIL FROM:a@b.example",
            "MAIL FROM:<@x.example,@y.example:a@b.example>", "MAIL FROM:<a@b.example>  SIZE=1 ",
            "MAIL FROM:<a@B.Example>",
        ])
    func tolerated(line: String) throws {
        guard case .mail(let mail) = try Self.parse(line) else { return #expect(Bool(false)) }
        #expect(mail.sender == Self.mailbox("a", "b.example"))
    }

    @Test(
        "What is wrong is named",
        arguments: [
            ("", .empty), ("   ", .empty), ("FOO", .unknownVerb), ("DATA_", .unknownVerb), ("MAI", .unknownVerb),
            ("LHLO x", .notImplemented), ("ETRN x", .notImplemented), ("XCLIENT A=B", .notImplemented),
            ("EHLO", .helloArgument), ("EHLO a b", .helloArgument), ("EHLO !!", .helloArgument),
            ("DATA x", .unexpectedArgument), ("QUIT x", .unexpectedArgument), ("STARTTLS x", .unexpectedArgument),
            ("VRFY", .missingArgument), ("VRFY \"\"", .missingArgument),
            ("MAIL", .mailSyntax), ("MAIL FROM <a@b.example>", .mailSyntax), ("MAILFROM:<>", .unknownVerb),
            ("MAIL FROM:<>SIZE=1", .mailSyntax), ("MAIL FROM:<>>", .mailSyntax),
            ("RCPT TO:<a@b.example>x", .rcptSyntax), ("RCPT FROM:<a@b.example>", .rcptSyntax),
            ("MAIL FROM:<> SIZE", .sizeValue), ("MAIL FROM:<> SIZE=", .parameterSyntax),
            ("MAIL FROM:<> SIZE=1x", .sizeValue), ("MAIL FROM:<> SIZE=-1", .sizeValue),
            ("MAIL FROM:<> SIZE=1 SIZE=1", .duplicateParameter), ("MAIL FROM:<> FOO=1", .unknownParameter),
            ("MAIL FROM:<> #$%=!@#", .parameterSyntax), ("MAIL FROM:<> BODY=BINARYMIME", .bodyValue),
            ("MAIL FROM:<> SMTPUTF8=1", .utf8Value), ("MAIL FROM:<> RET=ALL", .returnValue),
            ("MAIL FROM:<> ENVID=+0D+0A", .envelopeIDValue), ("MAIL FROM:<> ENVID=+00", .envelopeIDValue),
            ("MAIL FROM:<> AUTH=+ZZ", .authValue), ("MAIL FROM:<> NOTIFY=NEVER", .unknownParameter),
            ("RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY", .notifyValue),
            ("RCPT TO:<a@b.example> NOTIFY=SUCCESS,", .notifyValue),
            ("RCPT TO:<a@b.example> ORCPT=rfc822", .originalRecipientValue),
            ("RCPT TO:<a@b.example> ORCPT=rfc822;a+0Db", .originalRecipientValue),
            ("BDAT", .bdatSyntax), ("BDAT x", .bdatSyntax), ("BDAT 1 LASTS", .bdatSyntax), ("BDAT -1", .bdatSyntax),
            ("AUTH", .authSyntax), ("AUTH !!", .authSyntax), ("AUTH PLAIN a b", .authSyntax),
            ("NOOP \u{1}", .controlCharacter), ("NOOP a\rb", .controlCharacter), ("NOOP \0", .controlCharacter),
        ] as [(String, CommandFailure)])
    func refused(line: String, failure: CommandFailure) {
        #expect(throws: failure) { try Self.parse(line) }
    }

    @Test("Bytes that are not UTF-8 are an error of their own")
    func notUTF8() {
        #expect(throws: CommandFailure.notUTF8) {
            try CommandParser.parse(Array("MAIL FROM:<".utf8 + [0xFF] + "@b.example>".utf8).span)
        }
    }

    @Test("A size of twenty digits is above every limit, twenty-one are a mistake")
    func hugeSize() throws {
        guard case .mail(let mail) = try Self.parse("MAIL FROM:<> SIZE=99999999999999999999") else {
            return #expect(Bool(false))
        }
        #expect(mail.size == .max)
        #expect(throws: CommandFailure.sizeValue) { try Self.parse("MAIL FROM:<> SIZE=999999999999999999999") }
    }

    @Test("Every command line has exactly one reply, with an enhanced status code that agrees with it (RFC 2034 §4)")
    func enhancedCodes() {
        let lines = [
            "FOO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "VRFY x", "EXPN x", "HELP", "STARTTLS x", "AUTH PLAIN",
            "BDAT 0", "MAIL FROM:<forbidden@b.example>", "MAIL FROM:<a@b.example>", "RCPT TO:<>",
            "RCPT TO:<b@c.example>",
            "QUIT",
        ]
        let probe = ServerProbe(tls: .none)
        probe.send("EHLO x\r\n")
        for line in lines {
            let reply = probe.send(line + "\r\n")
            #expect(reply.split(separator: "\r\n").count == 1, "\(line): \(reply)")
            let words = reply.split(separator: " ")
            #expect(words.count > 2 && words[0].first == words[1].first && words[1].split(separator: ".").count == 3)
        }
    }
}
