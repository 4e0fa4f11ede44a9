import Testing

@testable import ControlAPI

@Suite struct JSONReaderTests {
    private func reader(_ text: String) throws -> JSONReader {
        guard case .object(let object) = try JSONParser.parse(Array(text.utf8)) else { throw APIFailure.notAnObject }
        return JSONReader(object)
    }

    @Test func everyMemberOfTheWrongTypeIsNamed() throws {
        var reader = try reader(#"{"a":1,"b":"x","c":[1,"y"],"d":{"e":[]}}"#)
        #expect(reader.text("a") == nil)
        #expect(reader.flag("b") == nil)
        #expect(reader.texts("c") == ["y"])
        #expect(reader.pairs("d")?.isEmpty == true)
        reader.finish()
        #expect(reader.problems.map(\.field) == ["a", "b", "c[0]", "d.e"])
        #expect(reader.problems[0].message == "a must be a string, not a number")
        #expect(reader.unknown.isEmpty)
    }

    @Test func whatNobodyAskedForIsAWarning() throws {
        var outer = try reader(#"{"known":true,"odd":1,"inner":{"x":1,"y":2}}"#)
        #expect(outer.flag("known") == true)
        let inner = outer.object("inner")
        let object = try #require(inner)
        var nested = outer.nested(object, "inner")
        #expect(nested.integer("x") == 1)
        outer.absorb(nested)
        outer.finish()
        #expect(outer.unknown == ["inner.y", "odd"])
    }

    @Test func anAnswerNamesNoMoreThanAHundred() throws {
        let wrong = Array(repeating: "1", count: 5_000).joined(separator: ",")
        let odd = (0..<5_000).map { "\"x\($0)\":0" }.joined(separator: ",")
        var reader = try reader("{\"c\":[\(wrong)],\(odd)}")
        #expect(reader.texts("c") == [])
        reader.finish()
        #expect(reader.problems.count == 100 && reader.unknown.count == 100)
    }

    @Test func aBodyOfMoreValuesThanAnyRequestNeedsIsRefused() {
        let body = "[" + String(repeating: "0,", count: 100_000) + "0]"
        #expect(throws: JSONFailure.self) { try JSONParser.parse(Array(body.utf8)) }
    }

    @Test func nullIsTheSameAsMissing() throws {
        var reader = try reader(#"{"a":null}"#)
        #expect(reader.text("a") == nil)
        reader.finish()
        #expect(reader.problems.isEmpty && reader.unknown.isEmpty)
    }

    @Test func aSingleStringIsAListOfOne() throws {
        var reader = try reader(#"{"to":"a@b"}"#)
        #expect(reader.texts("to") == ["a@b"])
    }
}
