import Mail
import Testing

@Suite struct MIMEComposerTests {
    static func draft(_ change: (inout MessageDraft) throws -> Void = { _ in }) throws -> MessageDraft {
        var draft = MessageDraft(
            from: try NamedMailbox(parsing: "Jörg <joerg@example.com>"), to: [try NamedMailbox(parsing: "a@b.example")],
            subject: "Hello", date: WallTime(milliseconds: 1_705_314_600_000), messageID: "<1@example.com>")
        try change(&draft)
        return draft
    }

    static func compose(_ change: (inout MessageDraft) throws -> Void) throws -> String {
        String(decoding: try MIMEComposer.compose(try draft(change), seed: 1), as: UTF8.self)
    }

    @Test func plainTextIsOnePart() throws {
        let message = try Self.compose { $0.text = "Hi\nthere" }
        #expect(
            message == """
                From: =?utf-8?Q?J=C3=B6rg?= <joerg@example.com>\r
                To: a@b.example\r
                Subject: Hello\r
                Date: Mon, 15 Jan 2024 10:30:00 +0000\r
                Message-ID: <1@example.com>\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                Hi\r
                there\r\n
                """)
    }

    @Test func theSameSeedGivesTheSameBytes() throws {
        let draft = try Self.draft {
            $0.text = "a"
            $0.html = "<p>a"
        }
        #expect(try MIMEComposer.compose(draft, seed: 5) == MIMEComposer.compose(draft, seed: 5))
        #expect(try MIMEComposer.compose(draft, seed: 5) != MIMEComposer.compose(draft, seed: 6))
    }

    @Test(arguments: [
        ("plain\n", "7bit"), ("", "7bit"), ("trailing \n", "quoted-printable"), ("tab\t\n", "quoted-printable"),
        (String(repeating: "x", count: 79), "quoted-printable"), ("From here", "quoted-printable"),
        ("a\u{0}b", "quoted-printable"), ("--=_x", "quoted-printable"),
        ("Grüße aus der Stadt an alle", "quoted-printable"),
        ("例えば日本語のテキスト", "base64"), (".\n.\n", "7bit"), (String(repeating: "x", count: 2000), "quoted-printable"),
    ])
    func picksTheTransferEncoding(text: String, encoding: String) throws {
        let message = try Self.compose { $0.text = text }
        #expect(message.contains("Content-Transfer-Encoding: \(encoding)\r\n"))
    }

    @Test(arguments: [
        "From", "sender", "To", "CC", "Bcc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version",
        "Content-Type",
        "content-foo", "DKIM-Signature", "Received", "Return-Path", "ARC-Seal", "Resent-To", "Authentication-Results",
    ])
    func refusesReservedFields(name: String) throws {
        let draft = try Self.draft { $0.headers = [(name, "x")] }
        #expect(throws: ComposeFailure.forbiddenHeader(name: name)) { try MIMEComposer.compose(draft, seed: 1) }
    }

    @Test func refusesInjectionEverywhere() throws {
        let hostile = "x\r\nBcc: victim@example.com"
        let file = Mail.Attachment(filename: "a", contentType: "text/plain", content: [])
        let cases: [(ComposeFailure, (inout MessageDraft) throws -> Void)] = [
            (.header(.badValue(field: "Subject")), { $0.subject = hostile }),
            (.header(.badValue(field: "From")), { $0.from.name = hostile }),
            (.header(.badValue(field: "To")), { $0.to[0].name = hostile }),
            (.header(.badValue(field: "X-A")), { $0.headers = [("X-A", hostile)] }),
            (.header(.badName("X-A: b\r\nBcc")), { $0.headers = [("X-A: b\r\nBcc", "x")] }),
            (.badMessageID, { $0.messageID = "<a@b>\r\nBcc: x" }),
            (.badFilename(attachment: 0), { $0.attachments = [file.with { $0.filename = hostile }] }),
            (.badContentType(attachment: 0), { $0.attachments = [file.with { $0.contentType = "a/b\r\nBcc: x" }] }),
            (.badContentType(attachment: 0), { $0.attachments = [file.with { $0.contentType = "multipart/mixed" }] }),
            (.badContentType(attachment: 1), { $0.attachments = [file, file.with { $0.contentType = "text" }] }),
            (.badContentID(attachment: 0), { $0.attachments = [file.with { $0.contentID = "a>\r\nBcc: x" }] }),
        ]
        for (failure, change) in cases {
            let draft = try Self.draft(change)
            #expect(throws: failure) { try MIMEComposer.compose(draft, seed: 1) }
        }
    }

    @Test func aMessageWithoutVisibleRecipientsSaysSo() throws {
        let message = try Self.compose { $0.to = [] }
        #expect(message.contains("\r\nTo: undisclosed-recipients:;\r\n"))
    }

    @Test func knowsThatItNeedsSMTPUTF8() throws {
        #expect(try !Self.draft().needsSMTPUTF8)
        #expect(try Self.draft { $0.to = [try NamedMailbox(parsing: "ü@b")] }.needsSMTPUTF8)
    }

    @Test func everyMessageIsSafeToSignAndSend() throws {
        var generator = SeededGenerator(seed: 15)
        let alphabet: [Unicode.Scalar] = ["a", "b", " ", "\n", "\r", "\t", "ü", "例", "=", ".", "-", "\u{0}", "F"]
        for round in 0..<800 {
            let draft = try Self.draft {
                $0.text = generator.text(upTo: 400, from: alphabet)
                if round % 2 == 0 { $0.html = generator.text(upTo: 400, from: alphabet) }
                if round % 3 == 0 {
                    let content = generator.bytes(upTo: 300, from: [0, 10, 13, 65])
                    $0.attachments = [
                        Mail.Attachment(filename: "x", contentType: "image/png", content: content, contentID: "c")
                    ]
                }
            }
            let bytes = try MIMEComposer.compose(draft, seed: UInt64(round))
            Self.expectSafe(bytes)
        }
    }

    /// CRLF only, no NUL, no line above 998, no blank at the end of a line, the last line ended.
    static func expectSafe(_ bytes: [UInt8]) {
        var problems: [String] = []
        var lineStart = 0
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A {
                if index == 0 || bytes[index - 1] != 0x0D { problems.append("bare LF at \(index)") }
                if index - lineStart > 999 { problems.append("long line at \(lineStart)") }
                if index - lineStart > 1, bytes[index - 2] == 0x20 || bytes[index - 2] == 0x09 {
                    problems.append("blank before the line end at \(index)")
                }
                lineStart = index + 1
            }
            if byte == 0x0D, index + 1 == bytes.count || bytes[index + 1] != 0x0A {
                problems.append("bare CR at \(index)")
            }
            if byte == 0 || byte >= 0x80 { problems.append("byte \(byte) at \(index)") }
        }
        if lineStart != bytes.count { problems.append("no line end at the end") }
        #expect(problems == [])
    }
}

extension Mail.Attachment {
    func with(_ change: (inout Mail.Attachment) -> Void) -> Mail.Attachment {
        var copy = self
        change(&copy)
        return copy
    }
}
