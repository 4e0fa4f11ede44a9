import Foundation
import Mail
import Testing

@Suite struct EncodedWordTests {
    @Test(arguments: [
        ("plain", "plain"), ("=?utf-8?q?a?=", "a"), ("=?utf-8?Q?a?= b", "a b"),
        ("a =?utf-8?q?b?= =?utf-8?q?c?= d", "a bc d"),
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"), ("=?utf-8?b?w7w=?=", "ü"),
        ("=?UTF-8?B?w7w7w?=", "=?UTF-8?B?w7w7w?="),
        // RFC 2047 §8's examples, without the parentheses of a comment.
        ("=?ISO-8859-1?Q?a_b?=", "a b"), ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
        // A character broken between two words.
        ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"), ("=?utf-8?b?w7w?=", "ü"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"), ("=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"),
        ("=?no-such-set?q?a?=", "=?no-such-set?q?a?="), ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?a", "=?utf-8?q?a"),
        ("=?utf-8?q?=0D=0ABcc:_x?=", "  Bcc: x"), ("=??q?a?=", "=??q?a?="), ("ü", "ü"),
    ])
    func decodes(text: String, expected: String) { #expect(EncodedWord.decode(text) == expected) }

    static let deviations: [String: String] = [
        "shift_jis": "a multi-byte set of East Asia, left as it is (RFC 2047 §6.2)",
        "iso-2022-jp": "a multi-byte set of East Asia, left as it is (RFC 2047 §6.2)",
    ]

    @Test func agreesWithMailParsersVectors() throws {
        let path = "mime/mail-parser-vectors/decoders_encoded_word.json"
        guard let json = Conformance.json(path) as? [String: Any] else { return }
        let cases = try #require(json["cases"] as? [[String: Any]])
        var deviating = 0
        for test in cases {
            let values = try #require(test["values"] as? [Any])
            guard values.count == 3, let text = values[0] as? String else {
                // Two cases for other sets, with their Rust around them.
                let rust = "\(values)"
                #expect(Self.deviations.keys.contains { rust.contains($0) })
                deviating += 1
                continue
            }
            #expect(EncodedWord.decode("=" + text) == values[1] as? String)
        }
        #expect(deviating == Self.deviations.count)
        Conformance.report("mime/mail-parser-vectors/encoded-word", cases: cases.count, deviations: deviating)
    }

    /// By what the field holds.
    static let unstructuredDeviations: [String: String] = [
        "[suspected spam]=?utf-8?": "RFC 2047 §5 (1) wants a blank before the word; none is made up for display"
    ]

    @Test func agreesWithMailParserOnUnstructuredFields() throws {
        guard let cases = Conformance.json("mime/mail-parser/resources/unstructured.json") as? [[String: Any]] else {
            return
        }
        var deviating = 0
        for test in cases {
            let bytes = Array(("X:" + (try #require(test["header"] as? String))).utf8)
            let section = HeaderSection(scanning: bytes.span)
            let text = section.fields.first?.displayText(in: bytes.span)
            // Upstream makes one blank of the blanks around a fold; RFC 5322 §2.2.3 keeps them.
            let found = text.map(Self.collapsed)
            guard found != (test["expected"] as? String).map(Self.collapsed) else { continue }
            deviating += 1
            let header = String(decoding: bytes, as: UTF8.self).lowercased()
            #expect(
                Self.unstructuredDeviations.keys.contains { header.contains($0) },
                "\(header): \(found.debugDescription) not \(test["expected"] ?? "")")
        }
        Conformance.report("mime/mail-parser/unstructured", cases: cases.count, deviations: deviating)
    }

    private static func collapsed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test func randomBytesNeverCrash() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<30_000 {
            let bytes = generator.bytes(upTo: 60, from: Array("=?utf-8?q?b?=?= \r\n\tAB0".utf8) + [0xC3])
            _ = EncodedWord.decode(bytes.span)
        }
    }
}
