import Foundation
import Mail
import Testing

@Suite struct HeaderSummaryTests {
    @Test func findsWhatTheEngineNeeds() {
        let text = """
            Received: by a\r\nReceived: by b\r\nFrom: =?utf-8?q?J=C3=B6rg?= <joerg@Mail.Example>\r\nTO: a@b,\r\n c@d\r
            Subject: a\r\n\tb\r\nDate: Mon, 15 Jan 2024 10:30:00 +0000\r\nMessage-Id: <1@x>\r\nSubject: second\r\n\r\nbody
            """
        let summary = HeaderSummary.scan(Array(text.utf8))
        #expect(summary.receivedCount == 2)
        #expect(summary.from == "Jörg <joerg@Mail.Example>")
        #expect(summary.to == "a@b, c@d")
        #expect(summary.subject == "a b")
        #expect(summary.messageID == "<1@x>")
        #expect(summary.hasDate)
        #expect(summary.authorDomain?.text == "mail.example")
        #expect(!summary.has8BitHeader)
        #expect(summary.bodyOffset == text.utf8.count - 4)
    }

    @Test func anEmptySectionHasNothing() {
        let summary = HeaderSummary.scan(Array("\r\nFrom: a@b\r\n".utf8))
        #expect(
            summary
                == {
                    var empty = HeaderSummary()
                    empty.bodyOffset = 2
                    return empty
                }())
        #expect(HeaderSummary.scan(Array("Message-ID: \r\n\r\n".utf8)).messageID == nil)
    }

    @Test(arguments: [
        ("a@b.example", "b.example"), ("<a@b.example>", "b.example"), ("N <a@b.example>", "b.example"),
        ("\"x@y\" <a@b.example>", "b.example"), ("x@y <a@b.example>", "b.example"), ("(x@y) a@b.example", "b.example"),
        ("a@b.example, c@d.example", "b.example"), ("G: a@b.example, c@d;", "b.example"), ("nobody", nil),
        ("<a@b.example", nil), ("a@b.example (Comment <c@d>)", "b.example"),
        ("a@bücher.example", "xn--bcher-kva.example"),
        ("\"a\\\"<x@y>\" <a@b.example>", "b.example"), ("<@x:a@b.example>", "b.example"), ("", nil),
        ("a@b.example\r\n ", "b.example"),
    ])
    func findsTheAuthorsDomain(from: String, domain: String?) {
        let summary = HeaderSummary.scan(Array("From: \(from)\r\n\r\n".utf8))
        #expect(summary.authorDomain?.text == domain)
    }

    @Test func textIsBoundedAndClean() throws {
        let long = String(repeating: "ü", count: 2000)
        let subject = try #require(HeaderSummary.scan(Array("Subject: \(long)\r\n\r\n".utf8)).subject)
        #expect(subject.utf8.count == 998)
        #expect(HeaderSummary.scan(Array("Subject: \(long)\r\n\r\n".utf8)).has8BitHeader)
        let hostile = HeaderSummary.scan(Array("Subject: =?utf-8?q?a=1B[2Jb=00?= \u{9B}31m\r\n\r\n".utf8)).subject
        #expect(hostile?.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) } == true)
    }

    @Test func agreesWithPythonOnTheCorpora() throws {
        let files = ["mime/cpython", "mime/enmime", "mime/mail-parser", "mime/mox", "smtp/haraka"].flatMap { folder in
            [".txt", ".raw", ".eml"].flatMap { Conformance.files(in: folder, ending: $0) }
        }.filter { !$0.name.hasPrefix("LICENSE") && $0.name != "SOURCE.txt" }
        guard !files.isEmpty else { return }
        let input = files.map { Data($0.bytes).base64EncodedString() }
        let script = """
            import sys, json, base64, email, re
            from email.header import decode_header
            def text(v):
                if v is None: return None
                out = ''
                for b, c in decode_header(re.sub(r'[\\r\\n]+', '', str(v))):
                    try: out += b if isinstance(b, str) else b.decode(c or 'utf-8', 'replace')
                    except LookupError: return False
                return ''.join(out.split())
            res = []
            for one in json.load(open(sys.argv[1])):
                raw = base64.b64decode(one)
                m = email.message_from_bytes(raw)
                ok = True
                try: raw.decode('ascii')
                except UnicodeDecodeError: ok = False
                res.append([text(m.get('subject')) if ok else False, len(m.get_all('received') or []),
                    m.get('date') is not None, m.get('message-id') is not None, len(m.defects), ok])
            json.dump(res, open(sys.argv[2], 'w'))
            """
        guard let output = try PythonOracle.run(script, input: input) as? [[Any]] else { return }
        var compared = 0
        for (file, expected) in zip(files, output) where expected[4] as? Int == 0 {
            let summary = HeaderSummary.scan(file.bytes)
            #expect(summary.receivedCount == expected[1] as? Int, "\(file.name)")
            #expect(summary.hasDate == expected[2] as? Bool, "\(file.name)")
            compared += 1
            guard let subject = expected[0] as? String, subject.utf8.count < 400 else { continue }
            let found = (summary.subject ?? "").filter { !$0.isWhitespace }
            guard !found.contains("=?") else { continue }
            #expect(found == subject.filter { !$0.isWhitespace }, "\(file.name)")
        }
        #expect(compared > 100)
        print("conformance mime/* header summaries against Python: \(compared) messages agree")
    }
}
