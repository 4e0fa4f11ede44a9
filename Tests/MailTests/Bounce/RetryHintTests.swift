import Mail
import Testing

@Suite struct RetryHintTests {
    @Test(arguments: [
        ("Greylisted, please try again in 5 minutes", 300), ("retry after 300 seconds", 300),
        ("Greylisting in action, please come back in 00:04:59", 299), ("Try again later (in 90s)", 90),
        ("Greylisted for 60 seconds (see http://isg.ee.ethz.ch/tools/postgrey)", 60), ("please wait 1 hour", 3_600),
        ("<a@b.c>: Recipient address rejected: Greylisted for 5 minutes", 300), ("RETRY IN 10-MIN", 600),
        ("4.7.1 please try later in 04:30.", 270), ("too many; retry again after 2 days", 172_800),
        ("retry in 99999999999999999999 s", 999_999_999), ("retry in 0 seconds", 0),
    ])
    func reads(text: String, seconds: Int) { #expect(RetryHint.parse(text.utf8Span.span) == .seconds(seconds)) }

    @Test(arguments: [
        "", "try again later", "you sent 300 messages in 5 minutes", "try again 5", "retry 4.7.1 10.0.0.5 now",
        "5 minutes", "more than 20 messages per 60 seconds", "retry at 12:30:99:10", "again 1:2 x",
        "later 10.5 seconds",
        "please try again later. This host has been seen for the first time ever about 5 minutes ago",
    ])
    func readsNone(text: String) { #expect(RetryHint.parse(text.utf8Span.span) == nil) }

    @Test func anyBytesAreReadOrNot() {
        var generator = SeededGenerator(seed: 77)
        let words = [
            "again ", "in ", "wait ", "0", "7", "59", "123456789", ":", ".", " ", "sec", " min", "hours", "-", "#",
            "\u{FF}",
        ]
        var found = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &generator))
                .flatMap { _ in Array((words.randomElement(using: &generator) ?? "").utf8) }
            if let hint = RetryHint.parse(text.span) {
                found += 1
                #expect(hint >= .zero && hint < .seconds(100_000_000_000_000))
            }
        }
        #expect(found > 0)
    }
}
