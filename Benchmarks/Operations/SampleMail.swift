import Mail

/// Made-up mail for the operations: always the same bytes.
enum SampleMail {
    static let time = WallTime(milliseconds: 1_767_225_600_000)
    static let tenant = UUIDv7(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
    static let domain = Domain(canonical: "bench.example")

    /// A message as mail programs write it, of at least so many bytes: eleven fields, one of them folded, and text in
    /// which some lines begin with a dot.
    static func message(_ size: Int) -> [UInt8] {
        var text = """
            Received: from client.bench.example (client.bench.example [192.0.2.7])\r
            \tby mx.bench.example with ESMTPS id 0190c5e1; Thu, 01 Jan 2026 00:00:00 +0000\r
            From: "Sender, of the bench" <sender@bench.example>\r
            To: Recipient <recipient@d1.bench.example>\r
            Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from the bench\r
            Date: Thu, 01 Jan 2026 00:00:00 +0000\r
            Message-ID: <0190c5e1.1@bench.example>\r
            MIME-Version: 1.0\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Transfer-Encoding: 7bit\r
            List-Unsubscribe: <https://bench.example/u/0190c5e1>\r
            X-Mailer: bench\r
            \r

            """
        var line = 0
        while text.utf8.count < size {
            text += line % 10 == 9 ? ".A line that begins with a dot.\r\n" : "Some words of a line, as lines are.\r\n"
            line += 1
        }
        return Array(text.utf8)
    }
}
