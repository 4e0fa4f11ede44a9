import Mail
import MartletTesting
import Testing

@testable import DNSAuth

@Suite struct DMARCAuthorTests {
    private func read(_ fields: String) -> DMARCAuthor {
        DMARCAuthor.read(
            Content(
                added: Array("Received: x\r\n".utf8),
                original: Array((fields + "\r\n\r\nFrom: body@x.example\r\n").utf8)))
    }

    @Test(arguments: [
        ("From: a@example.com", "example.com"), ("from : Ann <a@Example.COM>", "example.com"),
        ("From: \"c@evil.example\" <a@example.com>", "example.com"),
        ("From: a@example.com (c@evil.example)", "example.com"),
        ("From: =?utf-8?q?c=40evil.example?= <a@example.com>", "example.com"),
        ("From: Ann\r\n <a@\r\n\texample.com>", "example.com"),
        ("From: a@example.com, b@EXAMPLE.com", "example.com"),
        ("From: friends: a@example.com;", "example.com"),
        ("From: a@bücher.example", "xn--bcher-kva.example"),
        ("From: a@xn--bcher-kva.example, b@Bücher.example", "xn--bcher-kva.example"),
        ("Subject: x\r\nFrom: <@relay.example:a@example.com>", "example.com"),
    ])
    func oneDomain(_ fields: String, _ domain: String) {
        #expect(read(fields) == .domain(.name(domain)))
    }

    @Test func others() {
        #expect(read("Subject: none") == .missing)
        #expect(read("From:") == .missing)
        #expect(read("From: a@x.example\r\nFrom: b@x.example") == .repeated(2))
        #expect(read("From: a@x.example, b@y.example") == .several([.name("x.example"), .name("y.example")]))
        #expect(read("From: undisclosed:;") == .noDomain)
        #expect(read("From: a@[192.0.2.1]") == .noDomain)
        for broken in [
            "From: a", "From: a@", "From: <a@b", "From: a@b <c@d> <e@f>", "From: a@ex ample.com", "From: \"a",
        ] {
            guard case .unreadable = read(broken) else {
                Issue.record("\(broken): \(read(broken))")
                continue
            }
        }
        let long = DMARCAuthor.read(field: [UInt8](repeating: 0x61, count: 70_000).span)
        #expect(long == .unreadable(reason: "the field is longer than 64 KiB"))
    }

    /// A field in front counts as well: nobody may hide a second From behind what the engine added.
    @Test func bothPiecesOfTheContent() {
        let content = Content(
            added: Array("From: a@x.example\r\n".utf8), original: Array("From: b@x.example\r\n\r\n".utf8))
        #expect(DMARCAuthor.read(content) == .repeated(2))
    }
}
