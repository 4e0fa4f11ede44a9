import Mail
import Testing

@Suite struct HeaderWriterTests {
    private func text(_ name: String, _ value: String) throws -> String {
        var writer = HeaderWriter()
        try writer.append(name, text: value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("plain", "Subject: plain\r\n"),
        ("", "Subject:\r\n"),
        ("  trimmed  ", "Subject: trimmed\r\n"),
        ("two  blanks", "Subject: two  blanks\r\n"),
        ("grün", "Subject: =?utf-8?Q?gr=C3=BCn?=\r\n"),
        ("ein grün es Wort", "Subject: ein =?utf-8?Q?gr=C3=BCn?= es Wort\r\n"),
        ("a ü b ü c", "Subject: a =?utf-8?Q?=C3=BC_b_=C3=BC?= c\r\n"),
        ("例え", "Subject: =?utf-8?B?5L6L44GI?=\r\n"),
        ("=?utf-8?q?x?=", "Subject: =?utf-8?Q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=\r\n"),
    ])
    func writes(value: String, expected: String) throws { #expect(try text("Subject", value) == expected) }

    @Test func foldsAt78() throws {
        let value = Array(repeating: "word", count: 40).joined(separator: " ")
        let field = try text("Subject", value)
        for line in field.split(separator: "\r\n") { #expect(line.utf8.count <= 78) }
        #expect(field.replacing("\r\n", with: "") == "Subject: " + value)
    }

    @Test func refusesInjectionInNamesAndValues() {
        for name in ["", "A B", "A:", "A\r\nB", "Ä", "A\u{0}", String(repeating: "a", count: 77)] {
            #expect(throws: HeaderFailure.badName(name)) { try text(name, "x") }
        }
        for value in ["a\r\nBcc: x", "a\nb", "a\rb", "a\u{0}b", "a\u{7F}", "a\u{1B}[2J"] {
            #expect(throws: HeaderFailure.badValue(field: "Subject")) { try text("Subject", value) }
        }
        var writer = HeaderWriter()
        #expect(throws: HeaderFailure.badValue(field: "To")) {
            let entry = NamedMailbox(name: "a\r\nBcc: b", mailbox: try #require(Mailbox("a@b")))
            try writer.append("To", mailboxes: [entry])
        }
        #expect(throws: HeaderFailure.tooLong(field: "X")) {
            try writer.append("X", structured: String(repeating: "x", count: 1000))
        }
        #expect(writer.bytes.isEmpty)
    }

    @Test func everySubjectRoundTripsWithinTheLimits() throws {
        var generator = SeededGenerator(seed: 13)
        let alphabet: [Unicode.Scalar] = ["a", "b", "c", "e", " ", " ", "ü", "例", "😀", "=", "?", "_", "\"", "\t"]
        for _ in 0..<4000 {
            let value = generator.text(upTo: 200, from: alphabet)
            let field = Array(try text("Subject", value).utf8)
            #expect(field.allSatisfy { $0 < 0x80 })
            for line in field.split(separator: 0x0A) {
                #expect(line.count <= 79 || !line.contains(0x20))
                #expect(line.first != 0x0D && line.dropLast().last != 0x20)
            }
            let shown = HeaderSummary.scan(field).subject ?? ""
            #expect(shown == Self.trimmed(value), "\(String(decoding: field, as: UTF8.self))")
        }
    }

    @Test func everyMailboxRoundTrips() throws {
        var generator = SeededGenerator(seed: 14)
        let alphabet: [Unicode.Scalar] = [
            "a", "B", " ", ".", ",", "\"", "\\", "ü", "例", "(", ")", "<", "@", ":", "=", "?",
        ]
        for _ in 0..<4000 {
            let name = Self.collapsed(generator.text(upTo: 60, from: alphabet))
            let entry = NamedMailbox(
                name: name.isEmpty ? nil : name, mailbox: try Mailbox(parsing: "local.part@example.com"))
            var writer = HeaderWriter()
            try writer.append("To", mailboxes: [entry, entry])
            let bytes = writer.bytes
            #expect(bytes.split(separator: 0x0A).allSatisfy { $0.count <= 79 || !$0.dropFirst(4).contains(0x20) })
            let section = HeaderSection(scanning: bytes.span)
            #expect(section.fields.count == 1)
            let value = try #require(section.fields.first).unfoldedValue(in: bytes.span)
            let list = try MailboxList(parsing: value.span)
            #expect(list.mailboxes == [entry, entry], "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// Without blanks at the ends, tabs as blanks: what a reader shows.
    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0 == "\t" ? " " : $0 }
        guard let first = scalars.firstIndex(where: { $0 != " " }), let last = scalars.lastIndex(where: { $0 != " " })
        else { return "" }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[first...last])
        return String(view)
    }

    private static func collapsed(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }
}
