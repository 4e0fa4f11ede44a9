import Mail
import Queue

/// Made-up mail, the same for the same seed.
enum BenchText {
    /// Lines of 70 letters with CRLF line ends, exactly so many bytes.
    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            switch bytes.count % 72 {
            case 70: bytes.append(0x0D)
            case 71: bytes.append(0x0A)
            default: bytes.append(UInt8(ascii: "a") + UInt8(random.next() >> 59) % 26)
            }
        }
        return bytes
    }

    /// A message of exactly so many bytes, or of its header section where that is more.
    static func message(_ size: Int, seed: UInt64) -> Content {
        var bytes = Array(
            """
            From: Sender <sender@bench.example>\r
            To: Recipient <recipient@d0.bench.example>\r
            Subject: A message of the bench\r
            Date: Thu, 01 Jan 2026 00:00:00 +0000\r
            Message-ID: <1@bench.example>\r
            MIME-Version: 1.0\r
            Content-Type: text/plain; charset=utf-8\r
            \r

            """.utf8)
        if size > bytes.count + 2 {
            bytes += Self.bytes(size - bytes.count - 2, seed: seed)
            bytes += [0x0D, 0x0A]
        }
        return Content(original: bytes)
    }

    static let sender = Mailbox(localPart: "sender", domain: Domain(canonical: "bench.example"))
    static let tenant = UUIDv7(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)

    /// Different for different numbers.
    static func id(_ number: Int, at time: WallTime) -> UUIDv7 {
        UUIDv7(at: time, random: (UInt64(number), UInt64(number) &* 0x9E37_79B9_7F4A_7C15))
    }

    static func domain(_ number: Int) -> Domain { Domain(canonical: "d\(number).bench.example") }

    static func envelope(to recipients: [Mailbox]) -> Envelope {
        Envelope(sender: sender, recipients: recipients.map { Recipient($0) })
    }

    static func facts(_ envelope: Envelope, size: Int) -> QueuedMessage {
        QueuedMessage(
            envelope: envelope, stream: .transactional, origin: .api(clientAddress: "127.0.0.1"),
            failureNotice: .eventOnly, isTest: false, size: size, messageID: "<1@bench.example>",
            headerFrom: "Sender <sender@bench.example>", headerTo: "Recipient <recipient@d0.bench.example>",
            subject: "A message of the bench", notBefore: nil, campaign: nil, tags: [], metadata: [])
    }
}
