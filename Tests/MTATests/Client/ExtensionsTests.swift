import Mail
import Testing

@testable import MTA

@Suite struct ExtensionsTests {
    static func parse(_ lines: [String]) -> Extensions {
        var input = Bytes()
        for (index, line) in lines.enumerated() {
            input.append(utf8: "250\(index == lines.count - 1 ? " " : "-")\(line)\r\n")
        }
        var parser = ReplyParser()
        guard case .complete(let head) = parser.scan(input) else { return Extensions() }
        return .parse(head, in: input)
    }

    @Test func readsKeywordsInAnyCase() {
        let extensions = Self.parse(["mx.example", "PiPeLiNiNg", "size 1000", "auth login plain cram-md5", "8BITMIME"])
        #expect(extensions.offered == [.pipelining, .size, .auth, .eightBitMIME])
        #expect(extensions.mechanisms == [.plain, .login])
        #expect(extensions.sizeLimit == 1000)
    }

    @Test func doesNotTakeTheGreetingForAKeyword() {
        #expect(Self.parse(["STARTTLS"]).offered.isEmpty)
        #expect(Self.parse(["PIPELINING", "DSN"]).offered == [.dsn])
    }

    @Test(arguments: ["SIZE", "SIZE 0", "SIZE -5", "SIZE x", "SIZE 99999999999999999999999"])
    func takesAnOddSizeForNoLimit(_ line: String) {
        let extensions = Self.parse(["x", line])
        #expect(extensions.offered == [.size] && extensions.sizeLimit == nil)
    }

    @Test func readsTheOldAUTH() {
        #expect(Self.parse(["x", "AUTH=LOGIN"]).mechanisms == [.login])
        #expect(Self.parse(["x", "AUTH=LOGIN PLAIN"]).mechanisms == [.login, .plain])
    }

    @Test func toleratesOddities() {
        #expect(Self.parse(["x", "", " ", "X-UNKNOWN a b", "STARTTLS extra"]).offered == [.startTLS])
    }
}
