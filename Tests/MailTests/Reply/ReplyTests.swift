import Mail
import Testing

@Suite struct ReplyTests {
    @Test(arguments: [
        ("5.1.1 no such user", EnhancedStatus(5, 1, 1)), ("2.0.0", EnhancedStatus(2, 0, 0)),
        ("4.7.999 x", EnhancedStatus(4, 7, 999)), ("5.1.1\tx", EnhancedStatus(5, 1, 1)),
    ])
    func readsEnhancedCodes(text: String, status: EnhancedStatus) {
        #expect(EnhancedStatus(prefixOf: text) == status)
        #expect(EnhancedStatus(status.description) == status)
    }

    @Test(arguments: [
        "", "5", "5.1", "5.1.", "5.1.1x", "3.1.1 x", "5.1000.1", "5..1", "x5.1.1", "5.1.1.1", "555.1.1", "5.1.0001",
    ])
    func readsNoneWhereThereIsNone(text: String) {
        #expect(EnhancedStatus(prefixOf: text) == nil)
        #expect(EnhancedStatus(text) == nil)
    }

    @Test func joinsLinesAndTakesTheCodeOff() {
        let reply = Reply(code: 550, lines: ["5.1.1 no such user", "5.1.1 here", "and more"].map { Array($0.utf8) })
        #expect(reply.enhanced == EnhancedStatus(5, 1, 1))
        #expect(reply.text == "no such user\nhere\nand more")
        // RFC 2034 §4: a code of another class is text.
        let other = Reply(code: 250, lines: [Array("5.1.1 odd".utf8)])
        #expect(other.enhanced == nil)
        #expect(other.text == "5.1.1 odd")
    }

    @Test func hostileTextIsCleaned() {
        let reply = Reply(code: 550, lines: [Array("a\r\n\u{0}\u{1B}[2J\u{9B}31m\u{7F}é".utf8) + [0xFF]])
        #expect(reply.text == "a    [2J 31m é\u{FFFD}")
    }

    @Test func codesHaveMeanings() {
        #expect(EnhancedStatus(5, 1, 1).meaning == "bad destination mailbox address")
        #expect(EnhancedStatus(4, 7, 500).meaning == "security or policy problem")
        #expect(EnhancedStatus(2, 0, 0).meaning == "success")
    }
}
