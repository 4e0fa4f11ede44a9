import Foundation
import Mail
import Testing

/// The decoders' vectors of Stalwart's mail-parser and the encoders' of its mail-builder.
@Suite struct CodecVectorTests {
    @Test func base64Decodes() throws {
        let cases = try Self.cases("mime/mail-parser-vectors/decoders_base64.json")
        for (test, values) in cases {
            let encoded = Self.withoutEnd(values[0], test)
            // Upstream gives an empty result for what is not base64.
            let decoded = Base64.decode(encoded).map { String(decoding: $0, as: UTF8.self) } ?? ""
            #expect(decoded == values[1], "\(test) \(values[0].debugDescription)")
        }
        Conformance.report("mime/mail-parser-vectors/base64", cases: cases.count, deviations: 0)
    }

    @Test func quotedPrintableDecodes() throws {
        let cases = try Self.cases("mime/mail-parser-vectors/decoders_quoted_printable.json")
        var deviating = 0
        for (test, values) in cases {
            let expected = values[1].replacing("\r\n", with: "\n")
            let found: String
            if test.hasSuffix("word") {
                // A refused word is left as it is; upstream gives an empty result.
                let word = "=?utf-8?q?" + values[0]
                let text = EncodedWord.decode(word)
                found = text == word ? "" : text
            } else {
                let encoded = Array(Self.withoutEnd(values[0], test).utf8)
                found = String(decoding: QuotedPrintable.decode(encoded.span), as: UTF8.self)
                    .replacing("\r\n", with: "\n")
            }
            if found != expected {
                deviating += 1
                #expect(Self.wordDeviations[values[0]] != nil, "\(test) \(values[0].debugDescription): \(found)")
            }
        }
        #expect(cases.isEmpty || deviating == Self.wordDeviations.count)
        Conformance.report("mime/mail-parser-vectors/quoted-printable", cases: cases.count, deviations: deviating)
    }

    static let wordDeviations: [String: String] = [
        "this=20is=20\n  some=20text?=": "RFC 2047 §2: no white space in an encoded word; a broken line ends it"
    ]

    @Test func base64Encodes() throws {
        let cases = try Self.cases("mime/mail-builder-vectors/encoders_base64.json")
        for (_, values) in cases {
            var out: [UInt8] = []
            Base64.encodeLines(Array(Self.repeated(values[0]).utf8).span, to: &out)
            #expect(String(decoding: out, as: UTF8.self) == values[1])
        }
        Conformance.report("mime/mail-builder-vectors/base64", cases: cases.count, deviations: 0)
    }

    @Test func quotedPrintableEncodes() throws {
        let cases = try Self.cases("mime/mail-builder-vectors/encoders_quoted_printable.json")
        var deviating = 0
        for (_, values) in cases {
            let input = Self.repeated(values[0])
            let found = QuotedPrintable.encodeText(input)
            if found != values[1] {
                deviating += 1
                // Where the soft line break falls is the encoder's choice (RFC 2045 §6.7 (5)).
                #expect(input.count == 100, "\(input.debugDescription): \(found.debugDescription)")
            }
            let decoded = QuotedPrintable.decode(Array(values[1].utf8).span)
            #expect(
                String(decoding: decoded, as: UTF8.self)
                    == input.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n"))
        }
        Conformance.report("mime/mail-builder-vectors/quoted-printable", cases: cases.count, deviations: deviating)
    }

    private static func cases(_ path: String) throws -> [(test: String, values: [String])] {
        guard let json = Conformance.json(path) as? [String: Any] else { return [] }
        return try #require(json["cases"] as? [[String: Any]]).map { test in
            let values = (test["values"] as? [Any] ?? []).map { value in
                value as? String ?? (value as? [String: String])?["rs"] ?? ""
            }
            return (test["test"] as? String ?? "", values)
        }
    }

    /// The vectors of the part decoders run on into the boundary, those of the word decoders into `?=`.
    private static func withoutEnd(_ text: String, _ test: String) -> String {
        if test.hasSuffix("word") { return text.firstRange(of: "?=").map { String(text[..<$0.lowerBound]) } ?? text }
        guard test.hasSuffix("mime"), var end = text.firstRange(of: "--boundary")?.lowerBound else { return text }
        if end > text.startIndex, text[text.index(before: end)].isNewline { end = text.index(before: end) }
        return String(text[..<end])
    }

    private static func repeated(_ text: String) -> String {
        text == "\" \".repeat(100)" ? String(repeating: " ", count: 100) : text
    }
}
