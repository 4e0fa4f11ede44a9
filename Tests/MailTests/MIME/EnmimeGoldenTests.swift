import Mail
import Testing

/// What enmime's encoder writes, read with our decoders and written with our encoders. Its layout (order of fields, where
/// lines fold, encoded words in file names) is its own choice; what the bytes mean must be the same.
@Suite struct EnmimeGoldenTests {
    /// Why our bytes mean something else.
    static let deviations: [String: String] = [
        "parser-raw-content-text-option-true.raw.golden":
            "RFC 2045 §6.7 (4): a line feed of text is a line end and goes as CRLF, not as =0A"
    ]

    @Test func bodiesAreEncodedAlike() {
        let goldens = Conformance.files(in: "mime/enmime/testdata/encode", ending: ".golden")
        var compared = 0
        var deviating = 0
        for golden in goldens {
            let bytes = golden.bytes
            let section = HeaderSection(scanning: bytes.span)
            let encoding = section.first("content-transfer-encoding", in: bytes.span)?.displayText(in: bytes.span)
            let body = Array(bytes[section.bodyOffset...])
            switch encoding {
            case "base64":
                guard let decoded = Base64.decode(body.span) else {
                    Issue.record("\(golden.name) is no base64")
                    continue
                }
                var again: [UInt8] = []
                Base64.encodeLines(decoded.span, to: &again)
                #expect(again == body, "\(golden.name)")
                compared += 1
            case "quoted-printable":
                let decoded = QuotedPrintable.decode(body.span)
                var again: [UInt8] = []
                QuotedPrintable.encodeText(decoded.span, to: &again)
                compared += 1
                if again != body {
                    deviating += 1
                    #expect(Self.deviations[golden.name] != nil, "\(golden.name)")
                }
            default: continue
            }
        }
        #expect(goldens.isEmpty || compared >= 8, "\(compared)")
        Conformance.report("mime/enmime/encode (bodies)", cases: compared, deviations: deviating)
    }

    @Test func fieldsMeanTheSameWhenWeWriteThem() throws {
        let goldens = Conformance.files(in: "mime/enmime/testdata/encode", ending: ".golden")
        var compared = 0
        for golden in goldens {
            compared += try CorpusFields.expectRoundTrip(golden.bytes, golden.name)
        }
        #expect(goldens.isEmpty || compared > 30)
        Conformance.report("mime/enmime/encode (fields)", cases: compared, deviations: 0)
    }
}

/// The header fields of all the published messages: decoded, written by us, decoded again.
@Suite struct CorpusFieldTests {
    @Test(arguments: [
        ("mime/cpython", ".txt"), ("mime/mail-parser", ".eml"), ("mime/enmime", ".raw"), ("mime/mox", ".eml"),
    ])
    func everyFieldSurvivesOurWriter(folder: String, ending: String) throws {
        var compared = 0
        for file in Conformance.files(in: folder, ending: ending) {
            compared += try CorpusFields.expectRoundTrip(file.bytes, file.name)
        }
        Conformance.report("\(folder) (fields)", cases: compared, deviations: 0)
    }
}

enum CorpusFields {
    /// - Returns: the number of fields compared.
    static func expectRoundTrip(_ bytes: [UInt8], _ file: String) throws -> Int {
        let section = HeaderSection(scanning: bytes.span)
        var compared = 0
        for field in section.fields {
            let name = String(decoding: bytes[field.nameRange], as: UTF8.self)
            guard name.utf8.count <= 76 else { continue }
            let isAddresses = ["from", "to", "cc", "reply-to", "sender"].contains(name.lowercased())
            var writer = HeaderWriter()
            let value = field.unfoldedValue(in: bytes.span)
            let list = isAddresses ? try? MailboxList(parsing: value.span) : nil
            if let list {
                try writer.append(name, mailboxes: list.mailboxes)
                guard !list.mailboxes.isEmpty else { continue }
            } else {
                try writer.append(name, text: field.displayText(in: bytes.span))
            }
            let again = writer.bytes
            MIMEComposerTests.expectSafe(again)
            let rewritten = HeaderSection(scanning: again.span)
            let only = try #require(rewritten.fields.first)
            #expect(rewritten.fields.count == 1, "\(file) \(name)")
            if let list {
                let unfolded = only.unfoldedValue(in: again.span)
                #expect(try MailboxList(parsing: unfolded.span).mailboxes == list.mailboxes, "\(file) \(name)")
            } else {
                let before = field.displayText(in: bytes.span).trimmed
                #expect(only.displayText(in: again.span).trimmed == before, "\(file) \(name)")
            }
            compared += 1
        }
        return compared
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
