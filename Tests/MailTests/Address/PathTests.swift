import Mail
import Testing

@Suite struct PathTests {
    @Test(arguments: [
        ("<>", "", 2),
        ("<> SIZE=3", "", 2),
        ("<a@b>", "a@b", 5),
        ("<a@b> BODY=8BITMIME", "a@b", 5),
        ("<@x.example,@y:a@b>", "a@b", 19),
        (#"<"a>b"@c>x"#, #""a>b"@c"#, 9),
    ])
    func readsReversePaths(text: String, mailbox: String, length: Int) throws {
        let path = try ReversePath(parsing: Array(text.utf8).span)
        #expect((path.mailbox?.description ?? "") == mailbox)
        #expect(path.length == length)
    }

    @Test(arguments: [
        ("", AddressFailure.missingBracket(at: 0)),
        ("a@b", .missingBracket(at: 0)),
        ("<a@b", .missingBracket(at: 4)),
        ("<a@b c>", .missingBracket(at: 4)),
        ("< a@b>", .badLocalPart(at: 1)),
        ("<@x a@b>", .badSourceRoute(at: 3)),
        ("<@x,a@b>", .badSourceRoute(at: 4)),
        ("<postmaster>", .badLocalPart(at: 11)),
    ])
    func refusesAndSaysWhere(text: String, failure: AddressFailure) {
        #expect(throws: failure) { try ReversePath(parsing: Array(text.utf8).span) }
    }

    @Test func postmasterNeedsNoDomainInRCPT() throws {
        let path = try ForwardPath(parsing: Array("<PostMaster> NOTIFY=NEVER".utf8).span)
        #expect(path.recipient == .postmaster)
        #expect(path.length == 12)
        #expect(throws: AddressFailure.badSourceRoute(at: 3)) { try ForwardPath(parsing: Array("<@b>".utf8).span) }
        #expect((try? ForwardPath(parsing: Array("<>".utf8).span)) == nil)
    }

    @Test func barePathsOnlyWhereAllowed() throws {
        let options = AddressOptions(allowsBarePath: true)
        let path = try ReversePath(parsing: Array("a@b SIZE=1".utf8).span, options: options)
        #expect(path.length == 3)
        #expect((try? ReversePath(parsing: Array("a@b>".utf8).span, options: options)) == nil)
    }
}
