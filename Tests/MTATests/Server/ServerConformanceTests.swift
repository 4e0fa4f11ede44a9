import Foundation
import Mail
import Testing

@testable import MTA

/// Published command tables. What differs is listed by its input, with the reason.
@Suite("Server: published command tables")
struct ServerConformanceTests {
    // MARK: - Stalwart smtp-proto

    /// Extensions that this server does not offer: 555 for the parameter (RFC 5321 §4.1.1.11), 502 for the command
    /// (§4.2.4).
    static let notOffered = [
        "LHLO bar.com": "LMTP is not SMTP (RFC 2033 §4.1)",
        "ETRN": "RFC 1985", "ATRN": "RFC 2645", "BURL": "RFC 4468", "REQUIRETLS": "RFC 8689", "CONNEG": "RFC 4141",
        "BINARYMIME": "RFC 3030 §3; also BODY thrice is a repeated parameter", "BY=": "RFC 2852",
        "HOLDUNTIL=": "RFC 4865", "SOLICIT=": "RFC 3865", "TRANSID=": "RFC 3885 draft", "MTRK=": "RFC 3885",
        "MT-PRIORITY=": "RFC 6710", "RRVS=": "RFC 7293",
    ]

    static let protoDeviations = [
        "MAIL  FROM : <postmaster>": "only RCPT knows a bare postmaster (RFC 5321 §4.1.1.3)",
        "MAIL  FROM : < >": "the null reverse-path is <> without a blank (RFC 5321 §4.1.2)",
        "RCPT TO:<>": "a forward-path is never empty (RFC 5321 §4.1.1.3)",
        "MAIL FROM:<> RET=HDRS RET=FULL": "a parameter comes once (RFC 3461 §4.3)",
        "MAIL FROM:<foo@bar\"aa\\\" hello world\".com>": "a domain has no quotes (RFC 5321 §4.1.2)",
    ]

    @Test("smtp/smtp-proto-vectors: command lines")
    func smtpProto() throws {
        guard let file = ServerVectors.json("smtp/smtp-proto-vectors/request_parser.json") else { return }
        let cases = try #require(file["cases"] as? [[String: Any]])
        var agree = 0
        var deviations = 0
        var used: Set<String> = []
        for item in cases {
            let values = try #require(item["values"] as? [Any])
            let line = try #require(values[0] as? String)
            guard values.count > 1 else {
                // A line end that upstream puts behind every command.
                agree += ServerProbe().codes("NOOP" + line) == [250] ? 1 : 0
                continue
            }
            let expected = try #require((values[1] as? [String: String])?["rs"])
            // The parameters of RCPT are shown there with an empty path: judge them with another.
            let judged = line.replacing("RCPT TO:<> ", with: "RCPT TO:<a@b.example> ")
            let result = Result { try ServerCommandTests.parse(judged) }
            if Self.agrees(result, with: expected, isRewritten: judged != line) {
                agree += 1
            } else if let reason = Self.protoDeviations.keys.first(where: { $0 == line })
                ?? Self.notOffered.keys.first(where: line.contains)
            {
                deviations += 1
                used.insert(reason)
            } else {
                Issue.record("\(line): expected \(expected), got \(result)")
            }
        }
        #expect(cases.count == 153)
        #expect(
            used == Set(Self.protoDeviations.keys).union(Self.notOffered.keys), "a listed deviation is none any more")
        ServerVectors.report(
            "smtp/smtp-proto-vectors request_parser", cases: cases.count, agree: agree, deviations: deviations)
    }

    private static func agrees(_ result: Result<Command, any Error>, with expected: String, isRewritten: Bool) -> Bool {
        let isOk = expected.hasPrefix("Ok(")
        guard case .success(let command) = result else { return !isOk }
        guard isOk else { return false }
        let strings = ServerVectors.rustStrings(expected)
        switch command {
        case .ehlo(let name): return expected.contains("Ehlo") && strings == [name]
        case .helo(let name): return expected.contains("Helo") && strings == [name]
        case .mail(let mail):
            guard expected.contains("Request::Mail"), let address = strings.first else { return false }
            if let size = expected.firstMatch(of: /[^_]size: (\d+)/), Int(size.1) != mail.size { return false }
            if expected.contains("env_id: Some"), strings.last != mail.envelopeID { return false }
            if expected.contains("MAIL_SMTPUTF8") != mail.needsSMTPUTF8 { return false }
            return address == (mail.sender.map { "\($0.localPart)@\($0.domain)" } ?? "")
        case .rcpt(let rcpt):
            guard expected.contains("Request::Rcpt"), let address = strings.first else { return false }
            if expected.contains("orcpt: Some"), "rfc822;\(strings[1])" != rcpt.originalRecipient { return false }
            for (name, flag) in [("SUCCESS", DSNNotify.success), ("FAILURE", .failure), ("DELAY", .delay)] {
                if expected.contains("NOTIFY_\(name)") != (rcpt.notify?.contains(flag) ?? false) { return false }
            }
            guard !isRewritten, case .mailbox(let mailbox) = rcpt.recipient else { return isRewritten }
            // Upstream keeps the case and U-labels of a domain; here it is canonical (RFC 5321 §2.4, RFC 6531 §3.2).
            return address.hasPrefix(mailbox.localPart + "@")
        case .data: return expected.contains("Request::Data")
        case .bdat(let header):
            return expected.contains("chunk_size: \(header.size),") && expected.contains("is_last: \(header.isLast)")
        case .rset: return expected.contains("Request::Rset")
        case .noop: return expected.contains("Request::Noop")
        case .vrfy: return expected.contains("Request::Vrfy")
        case .expn: return expected.contains("Request::Expn")
        case .help: return expected.contains("Request::Help")
        case .quit: return expected.contains("Request::Quit")
        case .startTLS: return expected.contains("Request::StartTls")
        case .auth(let auth):
            return expected.contains("Request::Auth")
                && strings == [auth.initialResponse.map { String(decoding: $0, as: UTF8.self) } ?? ""]
        }
    }

    @Test("smtp/smtp-proto-vectors: receivers, in the pieces given and byte by byte")
    func smtpProtoReceivers() throws {
        guard let file = ServerVectors.json("smtp/smtp-proto-vectors/request_receiver.json") else { return }
        let cases = try #require(file["cases"] as? [[String: Any]])
        var agree = 0
        var deviations = 0
        for item in cases {
            let values = try #require(item["values"] as? [Any])
            let pieces = ServerVectors.rustStrings(try #require((values[0] as? [String: String])?["rs"]))
            let wire = Array(pieces.joined().utf8)
            if item["test"] as? String == "data_receiver" {
                let expected = try #require(values[1] as? String)
                let strict = ServerDataCollectorTests.collect(wire, pieces: 1)
                #expect(strict.isEnd && strict.consumed == wire.count)
                if strict.content == Array(expected.utf8) {
                    agree += 1
                } else if strict.content == Array(expected.utf8) + [13, 10] {
                    // The CRLF before the dot also ends the last line of the content (RFC 5321 §4.1.1.4).
                    deviations += 1
                } else {
                    // Upstream keeps stray CR and LF as content; here the message is refused (RFC 5321 §2.3.8), and the
                    // end of the data is found in the same place.
                    #expect(strict.fault == .bareLF || strict.fault == .bareCR)
                    deviations += 1
                }
            } else {
                let expected = try #require((values[1] as? [String: String])?["rs"])
                let count = expected.components(separatedBy: "Request::").count - 1
                let lines = wire.split(separator: 10)
                #expect(lines.count == count)
                for line in lines { #expect(throws: Never.self) { try CommandParser.parse(Array(line).span) } }
                agree += 1
            }
        }
        #expect(cases.count == 8)
        ServerVectors.report(
            "smtp/smtp-proto-vectors request_receiver", cases: cases.count, agree: agree, deviations: deviations)
    }

    // MARK: - KumoMTA

    static let kumoDeviations = [
        "EHLO [999.999.999.999]": "a wrong EHLO argument is no reason to refuse mail (RFC 5321 §4.1.4)",
        "EHLO [IPv6:not-an-ipv6]": "as above",
        "XCLIENT NAME=foo.example.com": "XCLIENT is Postfix's own", "XCLIENT NAME=user+40example.com": "as above",
        "XCLIENT NAME=foo.example.com ADDR=10.0.0.1": "as above", "xclient NAME=host": "as above",
        "LHLO example.com": "LMTP is not offered", "lhlo example.com": "as above", "LHLO [10.0.0.1]": "as above",
        "LHLO [IPv6:::1]": "as above",
        "MAIL FROM:<user@host> foo bar=baz": "unknown parameters are refused by the parser (RFC 5321 §4.1.1.11)",
        "RCPT TO:<user@host> foo bar=baz": "as above", "MAIL FROM:<u@h> PARAM=valüe": "as above",
        "MAIL FROM:<u@h> X=ünïcödé": "as above", "XCLIENT ADDR=192.168.1.1": "XCLIENT is Postfix's own",
        "XCLIENT ADDR=not-an-ip": "as above",
    ]

    @Test("smtp/kumomta-vectors: command grammar")
    func kumo() throws {
        guard let file = ServerVectors.json("smtp/kumomta-vectors/parser.json") else { return }
        let cases = try #require(file["cases"] as? [[String: Any]])
        var lines: [(line: String, expected: String)] = []
        for item in cases {
            for assertion in item["assertions"] as? [[String: Any]] ?? [] {
                guard let subject = assertion["subject"] as? String, subject.contains("Command::parse"),
                    let line = (assertion["input_literals"] as? [String])?.first,
                    let expected = (assertion["expected"] as? [[String: String]])?.first?["rs"]
                else { continue }
                lines.append((line, expected))
            }
            // Those that look into the parsed command name it in a variable.
            if let cmd = ((item["let_literals"] as? [String: Any])?["cmd"] as? [String])?.first,
                !cmd.hasPrefix("expected ")
            {
                lines.append((cmd, "MaybePartialCommand::Full"))
            }
        }
        var agree = 0
        var deviations = 0
        var used: Set<String> = []
        for (line, expected) in lines {
            let result = Result { try ServerCommandTests.parse(line) }
            var isSame = false
            switch result {
            case .success: isSame = expected.contains("::Full")
            case .failure(let error):
                isSame = expected.contains("::Partial")
                if expected.contains("InvalidSenderAddress"), case .senderAddress? = error as? CommandFailure {
                } else if expected.contains("InvalidSenderAddress") {
                    isSame = false
                }
                if expected.contains("InvalidRecipientAddress"), case .recipientAddress? = error as? CommandFailure {
                } else if expected.contains("InvalidRecipientAddress") {
                    isSame = false
                }
            }
            if isSame {
                agree += 1
            } else if Self.kumoDeviations[line] != nil {
                deviations += 1
                used.insert(line)
            } else {
                Issue.record("\(line): expected \(expected), got \(result)")
            }
        }
        #expect(lines.count > 60)
        #expect(used == Set(Self.kumoDeviations.keys), "a listed deviation is none any more")
        ServerVectors.report(
            "smtp/kumomta-vectors parser (command grammar)", cases: lines.count, agree: agree, deviations: deviations)
    }

    // MARK: - aiosmtpd

    static let comments = "comments and folding are RFC 5322's, not SMTP's (RFC 5321 §4.1.2)"
    static let aiosmtpdDeviations = [
        "anne(comment)@example.com": comments, "(comment)anne@example.com": comments,
        "anne@example.com(comment)": comments, "anne@machine(comment).  example": comments,
        "anne@[IPv6::1]": "IPv6 literals need their tag and a colon (RFC 5321 §4.1.3): [IPv6:::1]",
        "much.\"more\\ unusual\"@example.com": "quotes are around all of a local part or none (RFC 5321 §4.1.2)",
        "very.\"(),:;<>[]\".VERY.\"very@\\ \"very.unusual@strange.example.com": "as above",
        "Fred\\ Bloggs@example.com": "a quoted pair needs quotes (RFC 5321 §4.1.2)",
        "Joe.\\\\Blow@example.com": "as above",
    ]

    @Test("smtp/aiosmtpd: paths and parametrised commands")
    func aiosmtpd() throws {
        guard let file = ServerVectors.json("smtp/aiosmtpd/vectors.json") else { return }
        let lists = try #require(file["lists"] as? [String: [String]])
        var total = 0
        var agree = 0
        var deviations = 0
        var used: Set<String> = []
        func judge(_ line: String, _ key: String, _ isRight: (Int) -> Bool, hello: String = "EHLO x") {
            total += 1
            let probe = ServerProbe()
            probe.send(hello + "\r\n")
            if line.hasPrefix("RCPT") { probe.send("MAIL FROM:<a@b.example>\r\n") }
            let codes = probe.codes(line + "\r\n")
            if codes.count == 1, isRight(codes[0]) {
                agree += 1
            } else if Self.aiosmtpdDeviations[key] != nil || key.utf8.count > 128 + 12 {
                // Beyond 64 bytes a local part need not be taken (RFC 5321 §4.5.3.1.1); here up to 128 are.
                deviations += 1
                used.insert(key)
            } else {
                Issue.record("\(line): \(codes)")
            }
        }
        for address in lists["valid_mailfrom_addresses"] ?? [] { judge("MAIL FROM:\(address)", address, { $0 == 250 }) }
        for address in lists["valid_rcptto_addresses"] ?? [] { judge("RCPT TO:\(address)", address, { $0 == 250 }) }
        for address in lists["invalid_email_addresses"] ?? [] {
            judge("MAIL FROM:\(address)", address, { $0 == 501 || $0 == 553 })
            judge("RCPT TO:\(address)", address, { $0 == 501 || $0 == 553 })
        }
        for test in file["parametrized"] as? [[String: Any]] ?? [] {
            guard let name = test["test"] as? String, let lines = test["cases"] as? [String] else { continue }
            for line in lines {
                switch name {
                case "test_help_", "test_help_esmtp": judge("HELP \(line)", line, { $0 == 214 })
                case "test_mail_smtp_errsyntax": judge(line, line, { $0 == 501 }, hello: "HELO x")
                case "test_rcpt_smtp_errsyntax": judge(line, line, { $0 == 501 || $0 == 555 }, hello: "HELO x")
                case "test_mail_esmtp_errsyntax", "test_rcpt_esmtp_errsyntax": judge(line, line, { $0 == 501 })
                case "test_mail_params_esmtp": judge("MAIL FROM:<anne@example.com> \(line)", line, { $0 == 250 })
                case "test_no_helo":
                    total += 1
                    agree += ServerProbe().codes(line + "\r\n") == [503] ? 1 : 0
                case "test_binary":
                    total += 1
                    // The file has U+0080 for the byte 0x80; the byte alone is not UTF-8.
                    let bytes = Array(line.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
                    agree += ServerProbe.codes(in: ServerProbe().send(bytes)) == [501] ? 1 : 0
                case "test_not_supported_mechanism":
                    total += 1
                    let probe = ServerProbe(trusted: false)
                    probe.send("EHLO x\r\nSTARTTLS\r\n")
                    agree += probe.codes("EHLO x\r\nAUTH \(line)\r\n").last == 504 ? 1 : 0
                // The rest concerns aiosmtpd's own client and its Python decorators.
                default: continue
                }
            }
        }
        #expect(agree + deviations == total)
        #expect(used.isSuperset(of: Self.aiosmtpdDeviations.keys), "a listed deviation is none any more")
        ServerVectors.report("smtp/aiosmtpd", cases: total, agree: agree, deviations: deviations)
    }
}
