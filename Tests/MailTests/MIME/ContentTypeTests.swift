import Foundation
import Mail
import Testing

@Suite struct ContentTypeTests {
    @Test func readsTypesAndParameters() throws {
        let type = try #require(ContentType(parsing: "Text/HTML (comment) ; Charset=\"utf-8\"; x*=utf-8'en'%C3%BC"))
        #expect(type.essence == "text/html")
        #expect(type["CHARSET"] == "utf-8")
        #expect(type["x"] == "ü")
        #expect(ContentType(parsing: "text") == nil)
    }

    /// Those of Stalwart's mail-parser, which takes what is no Content-Type as well.
    @Test func agreesWithMailParser() throws {
        let path = "mime/mail-parser/resources/content_type.json"
        guard let cases = Conformance.json(path) as? [[String: Any]] else { return }
        var deviating: [String] = []
        for test in cases {
            let header = try #require(test["header"] as? String)
            let bytes = MailParserAddressTests.firstField(header)
            let expected = test["expected"] as? [String: Any]
            let attributes = (expected?["attributes"] as? [[String]] ?? []).filter { !$0[0].hasSuffix("-language") }
            let found: (type: String?, subtype: String?, parameters: [MIMEParameter])
            if let expected, expected["c_subtype"] is NSNull || expected["c_subtype"] == nil {
                let value = ContentDisposition(parsing: bytes.span)
                found = (value?.kind, nil, value?.parameters ?? [])
            } else {
                let value = ContentType(parsing: bytes.span)
                found = (value?.type, value?.subtype, value?.parameters ?? [])
            }
            let agrees =
                found.type == expected?["c_type"] as? String && found.subtype == expected?["c_subtype"] as? String
                && Set(found.parameters) == Set(attributes.map { MIMEParameter($0[0], $0[1]) })
            guard !agrees else { continue }
            deviating.append(header)
            #expect(Self.reason(header) != nil, "\(header.debugDescription): \(found) not \(expected ?? [:])")
        }
        Conformance.report("mime/mail-parser/content-type", cases: cases.count, deviations: deviating.count)
    }

    private static func reason(_ header: String) -> String? {
        for (prefix, reason) in deviations where header.hasPrefix(prefix) { return reason }
        return nil
    }

    static let deviations: [String: String] = [
        "name=value": "RFC 2045 §5.1: an equals sign is no part of a token",
        "=\n": "RFC 2045 §5.1: an equals sign is no part of a token",
        "text/plain/format": "RFC 2045 §5.1: a slash is no part of a token",
        "á/é": "RFC 2045 §5.1: a token is ASCII",
        "inva/lid; name=\"   \n    \"": "RFC 5322 §2.2.3: a line of blanks only ends here as in every scanner",
        "test/encoded; key4": "a NUL in a value becomes a blank",
        "application/pdf\n   filename*0*=iso": "RFC 2231 §4.1: only the first segment names the character set",
        "image/jpeg;\n   name=\"=?iso-8859-1?B?4Q==?= =?utf": "RFC 2047 §6.2: blanks between encoded words go",
        "malicious/attempt": "RFC 2231 §7: an attribute-char is no asterisk; what such names mean is nobody's rule",
    ]

    @Test func parametersRoundTrip() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<3000 {
            let value = generator.text(
                upTo: 120, from: ["a", "b", " ", "\"", "\\", "ü", "例", "%", "'", "*", ";", "=", "😀"])
            var writer = HeaderWriter()
            try writer.append("Content-Disposition", "attachment", parameters: [MIMEParameter("filename", value)])
            let bytes = writer.bytes
            let section = HeaderSection(scanning: bytes.span)
            let field = try #require(section.fields.first)
            #expect(section.fields.count == 1)
            let parsed = ContentDisposition(parsing: field.unfoldedValue(in: bytes.span).span)
            #expect(parsed?.filename ?? "" == value, "\(String(decoding: bytes, as: UTF8.self))")
            #expect(bytes.split(separator: 0x0A).allSatisfy { $0.count <= 79 })
            #expect(bytes.allSatisfy { $0 < 0x80 })
        }
    }

    @Test func randomBytesNeverCrash() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<30_000 {
            let bytes = generator.bytes(upTo: 60, from: Array("a/b;c*0*='\"\\ (%41)\r\n=?utf-8?q?x?=".utf8))
            _ = ContentType(parsing: bytes.span)
            _ = ContentDisposition(parsing: bytes.span)
        }
    }
}
