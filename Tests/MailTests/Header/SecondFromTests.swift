import Mail
import Testing

@Suite struct SecondFromTests {
    @Test func aSecondFromIsCountedAndTheFirstOneCounts() {
        let text = "From: a@one.example\r\nSubject: s\r\nfrom: b@two.example\r\n\r\nFrom: body@three.example\r\n"
        let summary = HeaderSummary.scan(Array(text.utf8))
        #expect(summary.fromCount == 2)
        #expect(summary.authorDomain == Domain(canonical: "one.example"))
    }
}
