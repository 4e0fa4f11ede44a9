import Mail
import Testing

@testable import Bench

@Suite struct JSONCursorTests {
    private func queued(_ text: String) -> Int? {
        var bytes = Bytes()
        bytes.append(utf8: text)
        return bytes.withReadable { JSONCursor.integer($0, "data", "queued") }
    }

    private func code(_ text: String) -> String? {
        var bytes = Bytes()
        bytes.append(utf8: text)
        return bytes.withReadable { JSONCursor.text($0, "error", "code") }
    }

    @Test(
        arguments: [
            ("{\"data\":{\"queued\":12}}", 12), (" { \"data\" : { \"queued\" :\n 0 } } ", 0),
            ("{\"data\":{\"total\":5,\"queued\":3,\"errors\":2,\"messages\":[{\"queued\":9}]}}", 3),
            // What stands before it is passed by, whatever it looks like.
            (
                "{\"meta\":{\"data\":{\"queued\":1}},\"data\":"
                    + "{\"a\":\"\\\"queued\\\":2\",\"b\":[1,{\"queued\":4},[]],\"queued\":3}}",
                3
            ),
            ("{\"w\":[],\"x\":{},\"y\":-1.5e3,\"z\":null,\"t\":true,\"data\":{\"queued\":7}}", 7),
            ("{\"data\":{\"messages\":[{\"id\":\"]}\"}],\"queued\":2}}", 2),
            ("{\"data\":{\"queued\":999999999999999}}", 999_999_999_999_999),
            ("{\"data\":{\"queued\":9999999999999999}}", nil), ("{\"data\":{\"queued\":1.5}}", nil),
            ("{\"data\":{\"queued\":1e3}}", nil), ("{\"data\":{\"queued\":-1}}", nil),
            ("{\"data\":{\"queued\":\"1\"}}", nil),
            ("{\"data\":{\"queued\":}}", nil), ("{\"data\":[{\"queued\":1}]}", nil), ("{\"data\":{}}", nil),
            ("{}", nil),
            ("", nil), ("[]", nil), ("{", nil), ("{\"data", nil), ("{\"data\"", nil), ("{\"data\":", nil),
            ("{\"data\":{\"x\":\"\\", nil), ("{\"data\":{\"x\":[[[[", nil), ("{\"data\" {\"queued\":1}}", nil),
        ] as [(String, Int?)])
    func aNumberIsFoundByItsPath(text: String, wanted: Int?) { #expect(queued(text) == wanted) }

    @Test(
        arguments: [
            ("{\"error\":{\"type\":\"x\",\"code\":\"rate_limit_exceeded\",\"message\":\"m\"}}", "rate_limit_exceeded"),
            ("{\"error\":{\"code\":\"\"}}", ""), ("{\"error\":{\"code\":5}}", nil), ("{\"error\":\"code\"}", nil),
            ("{\"error\":{\"code\":\"never ends", nil), ("Bad Gateway", nil),
        ] as [(String, String?)])
    func aTextIsFoundByItsPath(text: String, wanted: String?) { #expect(code(text) == wanted) }

    @Test func aLongTextIsCut() {
        let text = "{\"error\":{\"code\":\"\(String(repeating: "x", count: 500))\"}}"
        #expect(code(text)?.count == 64)
    }

    @Test func everyPartOfAnAnswerCanBeMissing() {
        let text = "{\"data\":{\"total\":5,\"messages\":[{\"id\":\"a\\\"b\",\"to\":null}],\"queued\":3}}"
        for length in 0..<text.utf8.count - 3 {
            #expect(queued(String(text.prefix(length))) == nil)
        }
    }
}
