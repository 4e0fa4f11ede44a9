import Foundation
import Mail
import Testing

@Suite struct MailboxListTests {
    @Test(arguments: [
        ("a@b", ["a@b"]),
        ("Name <a@b>", ["Name <a@b>"]),
        ("\"Last, First\" <a@b>, c@d", ["\"Last, First\" <a@b>", "c@d"]),
        ("=?utf-8?q?J=C3=B6rg?= <a@b>", ["Jörg <a@b>"]),
        ("Jörg <a@b>", ["Jörg <a@b>"]),
        ("a@b (Jörg)", ["Jörg <a@b>"]),
        ("Group: a@b, N <c@d>; e@f", ["a@b", "N <c@d>", "e@f"]),
        ("Empty:;", []),
        ("<@x,@y:a@b>", ["a@b"]),
        ("a . b @ c . d", ["a.b@c.d"]),
        ("\"a\".b@c", ["a.b@c"]),
        ("\"a b\".c@d", ["\"a b.c\"@d"]),
        (", a@b,, c@d,", ["a@b", "c@d"]),
        ("", []),
        ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
        ("Who? <a@b>", ["\"Who?\" <a@b>"]),
    ])
    func reads(text: String, expected: [String]) throws {
        let list = try MailboxList(parsing: text)
        #expect(
            list.mailboxes.map { $0.description.replacing("\"Who?\"", with: "Who?") }
                == expected.map { $0.replacing("\"Who?\"", with: "Who?") })
    }

    @Test(arguments: [
        ("a", AddressFailure.missingAt(at: 1)),
        ("Name <a@b", .missingBracket(at: 9)),
        ("Name a@b>", .badLocalPart(at: 8)),
        ("a@b c@d", .badDomain(at: 4)),
        ("x y@z", .badLocalPart(at: 2)),
        ("a@b, c@-d", .badDomain(at: 7)),
        ("\"open <a@b>", .unterminatedQuote(at: 0)),
        ("(open a@b", .unterminatedComment(at: 0)),
        ("<a@b> <c@d>", .trailingText(at: 6)),
        ("a@b\u{0}", .badLocalPart(at: 3)),
        ("g: h: a@b;", .badLocalPart(at: 4)),
    ])
    func refusesAndSaysWhere(text: String, failure: AddressFailure) {
        #expect(throws: failure) { try MailboxList(parsing: text) }
    }

    @Test func aSingleMailboxIsOne() throws {
        #expect(try NamedMailbox(parsing: " Name <a@b> ").name == "Name")
        #expect(throws: AddressFailure.trailingText(at: 5)) { try NamedMailbox(parsing: "a@b, c@d") }
        #expect(throws: AddressFailure.missingLocalPart(at: 0)) { try NamedMailbox(parsing: "  ") }
        #expect(throws: AddressFailure.tooManyMailboxes(at: 5)) { try MailboxList(parsing: "a@b, c@d", limit: 1) }
    }

    @Test func controlsHiddenInEncodedWordsDoNotReachTheName() throws {
        let name = try #require(try NamedMailbox(parsing: "=?utf-8?q?a=0D=0ABcc:_x?= <a@b>").name)
        #expect(name == "a  Bcc: x")
    }
}
