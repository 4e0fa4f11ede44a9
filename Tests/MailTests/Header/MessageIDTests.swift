import Foundation
import Mail
import Testing

@Suite struct MessageIDTests {
    @Test func madeFromAnIdentifier() throws {
        let id = UUIDv7(at: WallTime(milliseconds: 1), random: (1, 2))
        let text = MessageID.make(id, domain: try Domain(parsing: "mx.example"))
        #expect(text == "<\(id)@mx.example>")
        #expect(MessageID.isValid(text))
        #expect(MessageID.isValid(MessageID.make(id, domain: Domain(literal: .v4(1)))))
    }

    @Test(arguments: ["", "<>", "a@b", "<a>", "<@b>", "<a@>", "<a b@c>", "<a@b>\r\n", "<a@b><c@d>", "<a@b\u{0}>"])
    func refuses(text: String) { #expect(!MessageID.isValid(text)) }

    @Test func listsAgreeWithMailParser() throws {
        guard let cases = Conformance.json("mime/mail-parser/resources/id.json") as? [[String: Any]] else { return }
        for test in cases {
            let header = try #require(test["header"] as? String)
            let bytes = MailParserAddressTests.firstField(header)
            let found = MessageID.list(parsing: bytes.span)
            #expect(found == test["expected"] as? [String] ?? [], "\(header.debugDescription)")
        }
        Conformance.report("mime/mail-parser/id", cases: cases.count, deviations: 0)
    }
}
