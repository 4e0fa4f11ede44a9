import Foundation
import Mail
import Testing

/// The published messages taken apart by us and by Python's email package: the same types in the same order, and the
/// same bytes in every leaf.
@Suite struct MIMETreeOracleTests {
    static let suites: [(folder: String, ending: String, count: Int)] = [
        ("mime/cpython", ".txt", 48), ("mime/enmime", ".raw", 92), ("mime/mox", ".eml", 5),
        ("mime/mail-parser", ".eml", 70),
    ]
    /// Where we decide otherwise, and why.
    static let deviations: [String: String] = [
        "cpython/msg_19.txt": "prose with colons is no header: python begins the body at the first line",
        "cpython/msg_36.txt": "message/external-body holds no part here (RFC 2046 §5.2.3): python takes one",
        "cpython/msg_37.txt": "an empty part is a part (RFC 2046 §5.1.1); python drops it",
        "cpython/msg_38.txt": "a delimiter of an outer multipart ends the inner one (RFC 2046 §5.1.2)",
        "enmime/testdata/low-quality/bad-header-wrap.raw":
            "an unfolded parameter is passed over; python ends the header",
        "enmime/testdata/mail/mime-bad-content-transfer-encoding.raw":
            "text that claims to be base64 is damaged base64",
        "enmime/testdata/mail/mime-bad-content-type.raw": "the type ends before the missing semicolon",
        "enmime/testdata/mail/mime-blank-media-name.raw": "the type ends before the missing semicolon",
        "enmime/testdata/parts/ctype-invalid-characters.raw": "a token has no angle bracket (RFC 2045 §5.1)",
        "enmime/testdata/parts/extra-base64-character.raw": "a lone last digit is dropped; python gives the raw text",
        "mail-parser/resources/eml/legacy/017.eml": "x-uuencode is not undone",
        "mail-parser/resources/eml/legacy/026.eml": "x-uuencode is not undone",
        "mail-parser/resources/eml/legacy/048.eml": "x-uuencode is not undone",
        "mail-parser/resources/eml/malformed/000.eml": "an empty part is a part (RFC 2046 §5.1.1); python drops it",
        "mail-parser/resources/eml/malformed/017.eml": "the type ends before the missing semicolon",
        "mail-parser/resources/eml/rfc/008.eml": "an encoded message stays closed (RFC 2046 §5.2.1)",
        "mail-parser/resources/eml/thirdparty/003.eml":
            "blanks behind an encoding are no part of it; python keeps them",
        "mail-parser/resources/eml/thirdparty/009.eml": "message/partial is a piece, not a message (RFC 2046 §5.2.2)",
        "mail-parser/resources/eml/thirdparty/012.eml":
            "a folded boundary is unfolded (RFC 5322 §2.2.3); python keeps it",
        "mail-parser/resources/eml/thirdparty/015.eml":
            "an unfolded header line is passed over; python ends the header",
    ]

    @Test func pythonFindsTheSameParts() throws {
        var listed = Set(Self.deviations.keys)
        for suite in Self.suites {
            let files = Conformance.files(in: suite.folder, ending: suite.ending).filter {
                !$0.name.contains("LICENSE") && !$0.name.contains("SOURCE")
            }
            guard !files.isEmpty else { return }
            #expect(files.count == suite.count)
            let input = files.map { Data($0.bytes).base64EncodedString() }
            guard let answer = try PythonOracle.run(Self.script, input: input) as? [[[String]]] else { return }
            var deviations = 0
            for (file, expected) in zip(files, answer) {
                let name = suite.folder.dropFirst(5) + "/" + file.name
                let isListed = listed.remove(String(name)) != nil
                let parts = Self.parts(file.bytes)
                #expect((parts != expected) == isListed, "\(name): \(parts), not \(expected)")
                if isListed { deviations += 1 }
            }
            Conformance.report("\(suite.folder) parts", cases: files.count, deviations: deviations)
        }
        #expect(listed.isEmpty, "listed and not in the suites")
    }

    private static func parts(_ bytes: [UInt8]) -> [[String]] {
        let tree = MIMETree(reading: bytes)
        return tree.entities.map { entity in
            let isLeaf = entity.isLeaf && entity.contentType.type != "multipart" && entity.contentType.type != "message"
            let body = isLeaf ? tree.decodedBody(of: entity, limit: 10 << 20) ?? [] : []
            let kept = body.filter { $0 != 0x0D && $0 != 0x0A && $0 != 0x20 && $0 != 0x09 }
            let sum = kept.reduce(0) { ($0 * 31 + Int($1)) % 1_000_003 }
            return [entity.contentType.essence, isLeaf ? "\(kept.count) \(sum)" : ""]
        }
    }

    private static let script = """
        import sys, json, base64, email
        out = []
        for text in json.load(open(sys.argv[1])):
            m = email.message_from_bytes(base64.b64decode(text))
            found = []
            def visit(p):
                t = p.get_content_type()
                leaf = not p.is_multipart() and p.get_content_maintype() not in ('multipart', 'message')
                sum = ''
                if leaf:
                    body = [b for b in (p.get_payload(decode=True) or b'') if b not in b'\\r\\n \\t']
                    h = 0
                    for b in body: h = (h * 31 + b) % 1000003
                    sum = '%d %d' % (len(body), h)
                found.append([t, sum])
                if p.is_multipart() and t != 'message/delivery-status':
                    for c in p.get_payload(): visit(c)
            visit(m)
            out.append(found)
        json.dump(out, open(sys.argv[2], 'w'))
        """
}
