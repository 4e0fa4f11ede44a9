import Mail
import Testing

@testable import Bench

@Suite struct SinkReadingTests {
    private static func bytes(_ text: String) -> Bytes {
        var bytes = Bytes()
        bytes.append(utf8: text)
        return bytes
    }

    @Test(
        arguments: [
            ("EHLO x\r\n", SinkCommand.ehlo), ("ehlo x\r\n", .ehlo), ("HELO x\r\n", .helo),
            ("MAIL FROM:<>\r\n", .mail), ("Rcpt To:<a@b>\r\n", .recipient), ("DATA\r\n", .data), ("RSET\r\n", .reset),
            ("NOOP\r\n", .noop), ("QUIT\r\n", .quit), ("STARTTLS\r\n", .startTLS),
            ("BDAT 12\r\n", .chunk(12, isLast: false)),
            ("bdat 0 last\r\n", .chunk(0, isLast: true)), ("BDAT\r\n", .unknown), ("BDAT x\r\n", .unknown),
            ("BDAT 99999999999999999999 LAST\r\n", .unknown), ("HELP\r\n", .unknown), ("\r\n", .unknown),
        ])
    func commandsAreRead(line: String, command: SinkCommand) {
        let bytes = Self.bytes(line)
        #expect(SinkCommand.read(bytes, length: bytes.count) == command)
    }

    @Test(
        arguments: [
            (".\r\n", true, 3), (".\r\n", false, nil), ("a\r\n.\r\nQUIT\r\n", true, 6), ("a\r\n..\r\n", true, nil),
            ("a\r\n.b\r\n.\r\n", true, 10), ("a.\r\n", true, nil), ("a\n.\r\n", true, nil), ("a\r\n.\n", true, nil),
            ("a\r\n.\r", true, nil), ("", true, nil),
        ] as [(String, Bool, Int?)])
    func theEndOfContentIsTheDotLine(text: String, isStart: Bool, end: Int?) {
        #expect(ContentEnd.find(in: Self.bytes(text), isStart: isStart) == end)
    }

    @Test(
        arguments: [
            ("X-Bench-Sent: 123 4\r\n", 123, 4), ("x-bench-sent:9\r\n", 9, nil),
            ("Received: by a\r\n with b\r\nX-Bench-Sent: 18446744073709551615 77\r\n\r\n", UInt64.max, 77),
            ("Subject: X-Bench-Sent: 5 5\r\n\r\n", nil, nil), ("\r\nX-Bench-Sent: 5 5\r\n", nil, nil),
            ("A: b\r\n\r\nX-Bench-Sent: 5 5\r\n", nil, nil), ("X-Bench-Sent: soon\r\n", nil, nil),
            ("X-Bench-Sent: 123456789012345678901 4\r\n", nil, nil), ("X-Bench-Sent: 1 12345678901\r\n", 1, nil),
            ("X-Bench-Other: 1\r\nX-Bench-Sent: 2 3 4\r\n", 2, 3),
        ] as [(String, UInt64?, Int?)])
    func theFieldIsFoundInTheHeaderAlone(text: String, sent: UInt64?, number: Int?) {
        var field = SentField()
        for byte in text.utf8 { field.take(byte) }
        #expect(field.sent == sent)
        #expect(field.number == number)
    }

    @Test func everyMessageCountsOnce() {
        var entries = ArrivalBook.Entries()
        for number in [0, 63, 64, 5_000, 63] { entries.arrive(sent: 10, number: number, at: 20) }
        entries.arrive(sent: nil, number: nil, at: 30)
        entries.arrive(sent: nil, number: nil, at: 25)
        #expect(entries.arrived == 6)
        #expect(entries.repeated == 1)
        #expect(entries.unnumbered == 2)
        #expect(entries.first == 20)
        #expect(entries.last == 30)
        #expect(entries.latency.count == 4)
    }
}
