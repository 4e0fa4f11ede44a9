import Foundation
import Mail
import Testing

/// Composed messages as Python's `email` package reads them: the same fields, parts and contents, and no defect.
@Suite struct PythonReadsWhatWeComposeTests {
    static let script = """
        import sys, json, base64, email, email.policy
        def part(p):
            if p.is_multipart() and p.get_content_maintype() == 'multipart':
                return {'type': p.get_content_type(), 'parts': [part(c) for c in p.iter_parts()],
                    'defects': [repr(d) for d in p.defects]}
            if p.get_content_maintype() == 'message':
                payload = p.get_payload(0).as_bytes(policy=email.policy.SMTP)
            else:
                payload = p.get_payload(decode=True)
            return {'type': p.get_content_type(), 'filename': p.get_filename() or '',
                'disposition': p.get_content_disposition() or '', 'cid': p['content-id'] or '',
                'charset': p.get_content_charset() or '',
                'content': base64.b64encode(payload).decode(), 'defects': [repr(d) for d in p.defects]}
        def people(v):
            return [] if v is None else [[a.display_name, a.addr_spec] for a in v.addresses]
        res = []
        for one in json.load(open(sys.argv[1])):
            m = email.message_from_bytes(base64.b64decode(one), policy=email.policy.default)
            res.append({'subject': m['subject'], 'from': people(m['from']), 'to': people(m['to']), 'cc': people(m['cc']),
                'reply': people(m['reply-to']), 'date': int(m['date'].datetime.timestamp()), 'id': m['message-id'],
                'x': m['x-custom'] or '', 'root': part(m),
                'defects': [repr(d) for h in m.values() for d in getattr(h, 'defects', [])]})
        json.dump(res, open(sys.argv[2], 'w'))
        """

    @Test func everyShape() throws {
        let drafts = try Self.drafts()
        let messages = try drafts.map { Data(try MIMEComposer.compose($0, seed: 77)).base64EncodedString() }
        guard let output = try PythonOracle.run(Self.script, input: messages) as? [[String: Any]] else { return }
        #expect(output.count == drafts.count)
        for (draft, seen) in zip(drafts, output) {
            #expect(seen["subject"] as? String == draft.subject)
            #expect(Self.people(seen["from"]) == [draft.from].map(Self.pair))
            #expect(Self.people(seen["to"]) == draft.to.map(Self.pair))
            #expect(Self.people(seen["cc"]) == draft.cc.map(Self.pair))
            #expect(Self.people(seen["reply"]) == draft.replyTo.map(Self.pair))
            #expect(seen["date"] as? Int == Int(draft.date.milliseconds / 1000))
            #expect(seen["id"] as? String == draft.messageID)
            #expect(seen["x"] as? String == draft.headers.first?.value ?? "")
            #expect((seen["defects"] as? [String]) == [])
            let root = try #require(seen["root"] as? [String: Any])
            #expect(try Self.outline(root) == Self.expectedOutline(draft))
        }
        print("conformance python email: \(drafts.count) composed messages read back alike")
    }

    static func drafts() throws -> [MessageDraft] {
        let picture = Mail.Attachment(
            filename: "logo.png", contentType: "image/png", content: (0..<300).map { UInt8($0 % 256) },
            contentID: "logo@x")
        let file = Mail.Attachment(
            filename: "Bericht – Größe 例.pdf", contentType: "application/pdf", content: [1, 2, 3])
        let long = Mail.Attachment(
            filename: String(repeating: "very long name ", count: 12) + ".txt", contentType: "text/csv; charset=utf-8",
            content: Array("a,b\r\n".utf8))
        let message = Mail.Attachment(
            filename: "fwd.eml", contentType: "message/rfc822", content: Array("Subject: x\r\n\r\nbody\r\n".utf8))
        let texts = [
            "", "plain", "two\nlines\n", "Grüße, 例え\nund Leerzeichen \n", String(repeating: "long ", count: 500),
        ]
        var drafts: [MessageDraft] = []
        for text in texts {
            for html in [nil, "<p>Hi</p>", "<p style=\"color: red\">Größe</p> <img src=\"cid:logo@x\">\n"] as [String?]
            {
                for files in [[], [picture], [file, long], [picture, file, message]] {
                    drafts.append(
                        try MIMEComposerTests.draft {
                            $0.text = text
                            $0.html = html
                            $0.attachments = files
                        })
                }
            }
        }
        let people = try MailboxList(
            parsing: "\"Last, First\" <a@b.example>, Jörg Müller <j@b.example>, c@d.example, \"a\\\"b\" <q@b.example>")
        for subject in ["Ünïcödé wörds " + String(repeating: "und mehr ", count: 20), "a  b", "=?utf-8?q?fake?=", "😀"] {
            drafts.append(
                try MIMEComposerTests.draft {
                    $0.subject = subject.split(separator: " ", omittingEmptySubsequences: false).joined(separator: " ")
                    while $0.subject.hasSuffix(" ") { $0.subject.removeLast() }
                    $0.to = people.mailboxes
                    $0.cc = Array(repeating: people.mailboxes, count: 10).flatMap { $0 }
                    $0.replyTo = [people.mailboxes[1]]
                    $0.headers = [("X-Custom", "värde")]
                    $0.html = "<p>only html</p>"
                })
        }
        return drafts
    }

    /// One line per part, indented by depth.
    private static func outline(_ part: [String: Any], depth: String = "") throws -> String {
        let defects = part["defects"] as? [String] ?? ["?"]
        let type = part["type"] as? String ?? ""
        if let parts = part["parts"] as? [[String: Any]] {
            let children = try parts.map { try outline($0, depth: depth + " ") }
            return "\(depth)\(type) \(defects)\n" + children.joined()
        }
        let content = try #require(Data(base64Encoded: part["content"] as? String ?? ""))
        let text = String(decoding: content, as: UTF8.self)
        let shown = type.hasPrefix("text/") && part["filename"] as? String == "" ? normal(text) : "\(Array(content))"
        let facts = ["filename", "disposition", "cid"].map { part[$0] as? String ?? "" }
        return "\(depth)\(type) \(facts) \(shown) \(defects)\n"
    }

    private static func expectedOutline(_ draft: MessageDraft) -> String {
        func leaf(_ depth: String, _ type: String, _ text: String) -> String {
            "\(depth)text/\(type) \(["", "", ""]) \(normal(text)) \([String]())\n"
        }
        func file(_ depth: String, _ file: Mail.Attachment, _ disposition: String) -> String {
            let type = file.contentType.split(separator: ";")[0]
            let facts = [file.filename, disposition, file.contentID.map { "<\($0)>" } ?? ""]
            return "\(depth)\(type) \(facts) \(file.content) \([String]())\n"
        }
        let inline = draft.html == nil ? [] : draft.attachments.filter { $0.contentID != nil }
        let files = draft.attachments.filter { draft.html == nil || $0.contentID == nil }
        func html(_ depth: String, _ text: String) -> String {
            guard !inline.isEmpty else { return leaf(depth, "html", text) }
            return "\(depth)multipart/related []\n" + leaf(depth + " ", "html", text)
                + inline.map { file(depth + " ", $0, "inline") }.joined()
        }
        func body(_ depth: String) -> String {
            switch (draft.text, draft.html) {
            case (let text?, let rich?):
                "\(depth)multipart/alternative []\n" + leaf(depth + " ", "plain", text) + html(depth + " ", rich)
            case (let text?, nil): leaf(depth, "plain", text)
            case (nil, let rich?): html(depth, rich)
            case (nil, nil): ""
            }
        }
        guard !files.isEmpty else { return body("") }
        return "multipart/mixed []\n" + body(" ") + files.map { file(" ", $0, "attachment") }.joined()
    }

    /// Line ends as LF, none at the end: a part of a multipart loses its last one to the boundary.
    private static func normal(_ text: String) -> String {
        var text = text.replacing("\r\n", with: "\n")
        while text.hasSuffix("\n") { text.removeLast() }
        return text.debugDescription
    }

    private static func people(_ value: Any?) -> [[String]] { value as? [[String]] ?? [] }

    private static func pair(_ entry: NamedMailbox) -> [String] { [entry.name ?? "", entry.mailbox.description] }
}
