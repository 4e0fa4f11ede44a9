import Testing

@testable import DNSAuth

@Suite struct TagListTests {
    @Test(
        arguments: [
            ("a=1", ["a": "1"]), ("a=1;", ["a": "1"]), (" a = 1 ; b=2 ; ", ["a": "1", "b": "2"]), ("a=", ["a": ""]),
            ("a=;b=", ["a": "", "b": ""]), ("a=b=c", ["a": "b=c"]), ("a=x\r\n y\t; b=1", ["a": "x\r\n y", "b": "1"]),
            ("A=1; a=2", ["A": "1", "a": "2"]), ("a_1=x", ["a_1": "x"]), ("a=é", ["a": "é"]), ("\r\n a=1", ["a": "1"]),
        ] as [(String, [String: String])])
    func lists(_ text: String, _ tags: [String: String]) throws {
        let list = try TagList(text)
        #expect(Dictionary(uniqueKeysWithValues: list.tags.map { ($0.name, list.text($0.name) ?? "") }) == tags)
    }

    @Test(arguments: [
        ("", TagListFailure.malformed(at: 0)), ("  ", .malformed(at: 2)), (";", .malformed(at: 0)),
        ("a", .malformed(at: 1)),
        ("a=1;;b=2", .malformed(at: 4)), ("1a=2", .malformed(at: 2)), ("_a=1", .malformed(at: 2)),
        ("a-b=1", .malformed(at: 1)),
        ("a=1; a=1", .duplicate("a")), ("a=\u{0}", .malformed(at: 2)), ("a=x\u{7F}", .malformed(at: 3)),
        ("=1", .malformed(at: 0)),
    ])
    func noLists(_ text: String, _ failure: TagListFailure) {
        #expect(throws: failure) { try TagList(text) }
    }

    @Test func valuesWithoutSpace() throws {
        let list = try TagList("b= AB\r\n\tCD E ; n=x")
        #expect(list.unfolded("b") == "ABCDE" && list.text("b") == "AB\r\n\tCD E" && list.unfolded("c") == nil)
        #expect(list.tag("b")?.value == 3..<12 && list.tag("b")?.spacedValue == 2..<13)
    }

    @Test func limits() {
        let many = (0...TagList.tagLimit).map { "t\($0)=1" }.joined(separator: ";")
        #expect(throws: TagListFailure.tooManyTags) { try TagList(many) }
        #expect(throws: TagListFailure.tooLong) { try TagList("a=" + String(repeating: "x", count: TagList.byteLimit)) }
    }

    /// Any bytes are a list or a failure, and what comes out lies within what went in.
    @Test func randomBytes() {
        var random = SeededGenerator(seed: 3_2)
        let alphabet = Array("ab=; \t\r\n1_\u{0}é".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            guard let list = try? TagList(bytes.span) else { continue }
            #expect(!list.tags.isEmpty && Set(list.tags.map(\.name)).count == list.tags.count)
            for tag in list.tags {
                #expect(
                    tag.spacedValue.lowerBound <= tag.value.lowerBound
                        && tag.value.upperBound <= tag.spacedValue.upperBound)
                #expect(tag.spacedValue.upperBound <= bytes.count)
            }
        }
    }
}
