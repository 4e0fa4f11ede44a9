import Testing

@testable import ControlAPI

@Suite struct JSONParserTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "12", "-3.25", "1e9", "2E-3", "\"\"", "\"a\"", "[]", "[1,[2,[3]]]", "{}",
        #"{"a":1,"b":{"c":[null]}}"#, "\"Grüße 🦅\"",
    ])
    func whatIsWrittenIsReadBack(text: String) throws {
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(String(decoding: JSONWriter.bytes(of: value), as: UTF8.self) == text)
    }

    /// However many there are.
    @Test(arguments: [2, 16, 17, 18, 1_000]) func aNameTwiceIsFound(_ count: Int) throws {
        let names = (0..<count - 1).map { "\"k\($0)\":0" }
        _ = try JSONParser.parse(Array("{\(names.joined(separator: ","))}".utf8))
        for place in Set([0, (count - 1) / 2, count - 2]) {
            let body = "{\(names.joined(separator: ",")),\"k\(place)\":1}"
            #expect(throws: JSONFailure.self) { try JSONParser.parse(Array(body.utf8)) }
        }
    }

    @Test(arguments: [
        (#""\n""#, "\n"), (#""a\n""#, "a\n"), (#""\na""#, "\na"), (#""a\n\nb\t""#, "a\n\nb\t"),
        (#""ab\u00e9cd""#, "abécd"),
        (#""\\\\""#, #"\\"#), (#""Grüße\r\n🦅""#, "Grüße\r\n🦅"),
    ])
    func escapesStandAnywhereInAString(_ text: String, _ expected: String) throws {
        #expect(try JSONParser.parse(Array(text.utf8)) == .string(expected))
    }

    @Test(
        arguments: [
            ([0x22, 0x61, 0x5C, 0x6E, 0xFF, 0x22], JSONFailure.Reason.badUTF8), ([0x22, 0xC3, 0x22], .badUTF8),
            ([0x22, 0x5C, 0x6E, 0x01, 0x22], .controlCharacter), ([0x22, 0x5C, 0x6E, 0x61], .unexpectedEnd),
        ] as [([UInt8], JSONFailure.Reason)])
    func aStringThatIsNoneIsRefused(_ bytes: [UInt8], _ reason: JSONFailure.Reason) {
        do {
            _ = try JSONParser.parse(bytes)
            Issue.record("was taken")
        } catch {
            #expect(error.reason == reason)
        }
    }

    @Test func membersKeepTheirOrder() throws {
        let value = try JSONParser.parse(Array(#"{"z":1,"a":2,"m":3}"#.utf8))
        guard case .object(let object) = value else { throw JSONFailure(reason: .unexpectedByte, offset: 0) }
        #expect(object.members.map(\.name) == ["z", "a", "m"])
    }

    @Test func escapesAreDecoded() throws {
        let value = try JSONParser.parse(Array(#""\u0041\n\t\"\\\/\ud83e\udd85""#.utf8))
        #expect(value == .string("A\n\t\"\\/🦅"))
        let written = JSONWriter.bytes(of: .string("\u{1}\u{7f}\"\\"))
        #expect(String(decoding: written, as: UTF8.self) == #""\u0001\u007f\"\\""#)
    }

    @Test(arguments: [
        ("", JSONFailure.Reason.unexpectedEnd, 0), ("{", .unexpectedEnd, 1), ("[1,", .unexpectedEnd, 3),
        ("{\"a\":1,}", .unexpectedByte, 7), ("[1 2]", .unexpectedByte, 3), ("nul", .unexpectedEnd, 3),
        ("nulL", .unexpectedByte, 3), ("01", .trailingBytes, 1), ("1.", .badNumber, 2), ("-", .badNumber, 1),
        ("1e", .badNumber, 2), ("\"\\x\"", .badEscape, 1), ("\"\\ud800\"", .badEscape, 1),
        ("\"a\nb\"", .controlCharacter, 2), ("{\"a\":1,\"a\":2}", .duplicateName, 7), ("{} {}", .trailingBytes, 3),
        ("\"abc", .unexpectedEnd, 4), ("'a'", .unexpectedByte, 0), ("{a:1}", .unexpectedByte, 1),
    ])
    func whatIsNotJSONIsRefusedWhereItFails(text: String, reason: JSONFailure.Reason, offset: Int) {
        #expect(throws: JSONFailure(reason: reason, offset: offset)) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test func badUTF8IsRefused() {
        #expect(throws: JSONFailure(reason: .badUTF8, offset: 1)) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONFailure(reason: .badUTF8, offset: 1)) {
            try JSONParser.parse([0x22, 0x5C, 0x6E, 0xC3, 0x22])
        }
    }

    @Test func nestingEndsAtSixtyFour() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        _ = try JSONParser.parse(Array(deep.utf8))
        let deeper = String(repeating: "[", count: 66) + String(repeating: "]", count: 66)
        #expect(throws: JSONFailure.self) { try JSONParser.parse(Array(deeper.utf8)) }
        // A million brackets must end at the limit and not on the stack.
        #expect(throws: JSONFailure.self) {
            try JSONParser.parse([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("{}[]\",:\\u0123456789abcdeftrunl-+.eE \n".utf8)
        for _ in 0..<20_000 {
            let length = Int.random(in: 0..<40, using: &generator)
            let bytes = (0..<length).map { _ in alphabet.randomElement(using: &generator)! }
            if let value = try? JSONParser.parse(bytes) {
                #expect((try? JSONParser.parse(JSONWriter.bytes(of: value))) == value)
            }
        }
    }
}
