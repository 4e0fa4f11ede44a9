import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// Odd bytes, squeezed into the alphabet of records: a result, bounded work, and never a trap. The same entry as
/// `Fuzz/SPF`, from a seed.
@Suite struct SPFFuzzTests {
    private static let words = [
        "v=spf1 ", "include:", "redirect=", "exp=", "exists:", "a:", "mx:", "ptr", "ip4:", "ip6:", "all", "%{", "}",
        "%%",
        "%_", "%-", " -all", " ip4:0.0.0.1 ", "/24", "//64", "192.0.2.1", "::", "a.example", ".", " ", "-", "~", "?",
        "+", "%{d}", "%{p}", "%{l1r-}",
        "%{S}", "0", "999999999999999999999", "\u{0}", "\r\n", "\u{E9}", "=", ":", "/", "\"", "(", ")", ";", "\\",
    ]

    @Test func anyTextGivesAResult() async {
        var random = SeededGenerator(seed: 99)
        var results: Set<SPFResult> = []
        for _ in 0..<4_000 {
            func text(_ limit: Int) -> String {
                (0..<Int.random(in: 0...limit, using: &random)).map { _ in
                    Self.words.randomElement(using: &random) ?? ""
                }
                .joined()
            }
            var dns = FakeResolver()
            dns.txt["a.example"] = ["v=spf1 " + text(24)]
            dns.txt["e.a.example"] = [text(6)]
            dns.addresses["a.example"] = [.v4(1)]
            dns.ptr[.v4(1)] = ["a.example", text(3)]
            let counting = RecordingResolver(dns)
            let helo = text(4)
            let outcome = await SPFCheck(resolver: counting, time: VirtualTime()).check(
                .mailFrom, client: .v4(1), helo: helo,
                sender: Mailbox(localPart: text(3), domain: Domain(canonical: "a.example")))
            results.insert(outcome.result)
            #expect(counting.count <= 10 * 11 + 14)
            #expect((outcome.reason + (outcome.explanation ?? "")).utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            let client = MessageClient(address: .v4(1), helo: helo, sender: nil)
            let field = ReceivedSPF(outcome, client: client, receiver: text(2)).field
            // One field: each line but the first is folded.
            let lines = String(decoding: field, as: UTF8.self).split(separator: "\r\n")
            #expect(lines.dropFirst().allSatisfy { $0.first == "\t" })
            #expect(ReceivedSPF(parsing: String(decoding: field.dropFirst(13), as: UTF8.self))?["helo"] != nil)
            _ = await SPFInspection(resolver: dns, time: VirtualTime()).inspect(Domain(canonical: "a.example"))
            _ = ReceivedSPF(parsing: "pass " + text(30))
        }
        #expect(results.isSuperset(of: [.permerror, .pass, .fail, .neutral]))
    }
}
