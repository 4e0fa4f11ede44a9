import Mail
import Testing

/// The short way through the two usual forms of an address finds what the whole grammar finds.
@Suite struct SimpleAddressTests {
    @Test(arguments: [
        "a@b.example", "Ann <ann@b.example>", "Ann Other <ann@b.example>", "A&B #1 <a.b+c@B.Example>",
        "Ann  Other <ann@b.example>", " Ann <ann@b.example>", "Ann<ann@b.example>", "<ann@b.example>", "ann@b.example ",
        "\"Ann\" <ann@b.example>", "Ann (work) <ann@b.example>", "=?utf-8?q?Ann?= <ann@b.example>",
        "A=B <ann@b.example>",
        "Ann <\"a b\"@b.example>", "Käthe <k@b.example>", "Ann <grün@b.example>", "Ann <ann@[192.0.2.1]>",
        "Ann <@relay.example:ann@b.example>", "a@b@c", "Ann <a@b@c>", "Ann <>", "<>", "", "Ann", "@b", "a@",
        "Ann <ann@b.example",
        "Ann ann@b.example>", "a@b, c@d", "Ann <a@b>, c@d", "group: a@b;", "a..b@c", ".a@b", "a.@b", "Ann <a@b> x",
        "a b@c",
        "Ann <a@b.example>>", "Ann < a@b.example>", "Ann\t<a@b.example>", "a@b.example\r\nBcc: x@y",
        "J. Smith <j@b.example>",
    ])
    func bothWaysAgree(_ text: String) {
        // A list of one, which never takes the short way, is what the text was read as before there was one.
        let whole: NamedMailbox? = (try? MailboxList(parsing: text)).flatMap {
            $0.mailboxes.count == 1 && !$0.hasGroup ? $0.mailboxes[0] : nil
        }
        #expect((try? NamedMailbox(parsing: text)) == whole)
    }
}
