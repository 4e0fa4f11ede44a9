import Mail
import Testing

@testable import Bench

@Suite struct LoadContentTests {
    private func content(size: Int, domains: Int = 1, seed: UInt64 = 1) -> LoadContent {
        LoadContent(
            size: size, domains: domains, sender: "a@src.example", seed: seed, date: WallTime(milliseconds: 0),
            identity: 77)
    }

    @Test(arguments: [0, 1, 2, 3, 79, 80, 81, 82, 83, 160, 161, 1024, 10_240])
    func theBodyHasItsSizeAndWholeLines(size: Int) {
        let text = LoadContent.text(size: size, seed: 1)
        // Less than a line end is no line.
        #expect(text.count - 3 == (size == 1 ? 2 : size))
        #expect(text.suffix(3) == Array(".\r\n".utf8)[...])
        let lines = String(decoding: text.dropLast(3), as: UTF8.self).split(separator: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.contains(".") })
    }

    @Test func theSeedRepeatsTheText() {
        #expect(LoadContent.text(size: 500, seed: 4) == LoadContent.text(size: 500, seed: 4))
        #expect(LoadContent.text(size: 500, seed: 4) != LoadContent.text(size: 500, seed: 5))
    }

    @Test func recipientsHaveTheDomainsInTurn() {
        let content = content(size: 10, domains: 3)
        var out = Bytes()
        for number in 0..<4 { content.appendRecipient(number, to: &out) }
        #expect(
            String(decoding: out.copy(), as: UTF8.self)
                == [0, 1, 2, 0].map { "RCPT TO:<u@d\($0).example>\r\n" }.joined()
        )
    }

    @Test func theHeaderSaysWhenItWasSentAndItsNumber() {
        var out = Bytes()
        content(size: 10).appendHeader(12, sent: 3_456, to: &out)
        let text = String(decoding: out.copy(), as: UTF8.self)
        #expect(text.hasPrefix("X-Bench-Sent: 3456 12\r\nFrom: <a@src.example>\r\nTo: <u@d0.example>\r\n"))
        #expect(text.contains("Message-ID: <12.77@src.example>\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }
}
