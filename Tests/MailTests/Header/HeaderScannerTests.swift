import Mail
import Testing

@Suite struct HeaderScannerTests {
    private func section(_ text: String) -> (fields: [String], body: Int, malformed: Bool) {
        let bytes = Array(text.utf8)
        let section = HeaderSection(scanning: bytes.span)
        let fields = section.fields.map { String(decoding: bytes[$0.wholeRange], as: UTF8.self) }
        return (fields, section.bodyOffset, section.isMalformed)
    }

    @Test func findsFieldsAndBody() {
        let found = section("A: 1\r\nB: 2\r\n 3\r\n\t4\r\n\r\nbody: no\r\n")
        #expect(found.fields == ["A: 1\r\n", "B: 2\r\n 3\r\n\t4\r\n"])
        #expect(found.body == 22)
        #expect(!found.malformed)
    }

    @Test(arguments: [
        ("", 0, 0, false), ("\r\n", 0, 2, false), ("\n", 0, 1, false), ("A:1", 1, 3, false), ("A:1\r\n", 1, 5, false),
        ("A:1\n\nb", 1, 5, false), ("A : 1\r\n\r\n", 1, 9, false), ("no field\r\nA: 1\r\n\r\n", 1, 18, true),
        (" leading\r\nA: 1\r\n", 1, 16, true), (": x\r\n\r\n", 0, 7, true), ("A\r\n\r\n", 0, 5, true),
        ("A:\r\n\r\n", 1, 6, false), ("A\u{1}: x\r\n\r\n", 0, 9, true), ("\r", 0, 1, true),
    ])
    func edges(text: String, fields: Int, body: Int, malformed: Bool) {
        let found = section(text)
        #expect(found.fields.count == fields)
        #expect(found.body == body)
        #expect(found.malformed == malformed)
    }

    @Test func namesAreCaseInsensitiveAndValuesUnfold() throws {
        let bytes = Array("SubJect : a\r\n b\r\nsubject:c\r\n\r\n".utf8)
        let section = HeaderSection(scanning: bytes.span)
        let first = section.first("SUBJECT", in: bytes.span)
        let field = try #require(first)
        let isSubject = field.isNamed("subject", in: bytes.span)
        #expect(isSubject)
        #expect(String(decoding: bytes[field.nameRange], as: UTF8.self) == "SubJect")
        #expect(String(decoding: field.unfoldedValue(in: bytes.span), as: UTF8.self) == "a b")
        #expect(section.all("subject", in: bytes.span).count == 2)
    }

    @Test func fieldsCoverTheSectionWithoutGaps() {
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<5000 {
            let bytes = generator.bytes(upTo: 80, from: Array("AB: \r\n\tc\r\n".utf8) + [0xC3])
            let section = HeaderSection(scanning: bytes.span)
            var last = 0
            for field in section.fields {
                #expect(field.wholeRange.lowerBound >= last)
                #expect(field.wholeRange.contains(field.nameRange.lowerBound))
                #expect(field.valueRange.upperBound <= field.wholeRange.upperBound)
                last = field.wholeRange.upperBound
            }
            #expect(section.bodyOffset <= bytes.count && section.bodyOffset >= last)
            #expect(HeaderSummary.scan(bytes).bodyOffset == section.bodyOffset)
        }
    }
}
