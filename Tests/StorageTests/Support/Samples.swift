import Foundation
import Mail

enum Samples {
    /// 2026-01-15T12:00:00Z.
    static let noon = WallTime(milliseconds: 1_768_478_400_000)
    static let tenant = UUIDv7(at: noon, random: (1, 1))
    static let other = UUIDv7(at: noon, random: (1, 2))

    static func id(_ number: Int) -> UUIDv7 {
        UUIDv7(at: noon + .milliseconds(number), random: (0, UInt64(number)))
    }

    static func mailbox(_ text: String) -> Mailbox {
        Mailbox(text) ?? Mailbox(localPart: "bad", domain: .init(canonical: "bad"))
    }

    static func facts(
        to recipients: [String] = ["ann@example.org"], from: String = "shop@example.com",
        subject: String = "Your order", notBefore: WallTime? = nil
    ) -> QueuedMessage {
        QueuedMessage(
            envelope: Envelope(sender: mailbox(from), recipients: recipients.map { Recipient(mailbox($0)) }),
            stream: .transactional, origin: .api(clientAddress: "127.0.0.1"), failureNotice: .eventOnly, isTest: false,
            size: 1234, messageID: "<1@example.com>", headerFrom: "Shop <\(from)>",
            headerTo: recipients.joined(separator: ", "), subject: subject, notBefore: notBefore, campaign: nil,
            tags: ["order", "a \"quoted\" one"], metadata: [("order", "4711"), ("note", "line\nend")])
    }

    static func attempt(
        _ recipient: UInt32 = 0, _ verdict: Verdict, number: Int = 1, code: UInt16? = 250,
        enhanced: EnhancedStatus? = nil, nextAttempt: WallTime? = nil
    ) -> Event.Kind {
        .attempted(
            Attempt(
                recipient: recipient, mailbox: mailbox("r\(recipient)@example.org"), number: number,
                outcome: Outcome(
                    verdict, reply: code.map { Reply(code: $0, enhanced: enhanced, text: "said so") },
                    host: RemoteHost(name: "mx.example.org", address: "192.0.2.1:25"), elapsed: .milliseconds(12)),
                nextAttempt: nextAttempt))
    }
}

/// A folder of its own for one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
