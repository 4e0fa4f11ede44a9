import Foundation
import Mail

@testable import Queue

/// Messages, notes and folders for the journal's tests.
enum JournalSample {
    static let tenant = UUIDv7(at: WallTime(milliseconds: 1_700_000_000_000), random: (7, 7))

    static func message(
        _ index: Int, recipients: [String] = ["rcpt@example.net"], size: Int = 200, added: Int = 40
    ) -> AcceptedMessage {
        let at = WallTime(milliseconds: 1_700_000_000_000 + Int64(index))
        let envelope = Envelope(
            sender: mailbox("sender@example.org"), recipients: recipients.map { Recipient(mailbox($0)) })
        let facts = QueuedMessage(
            envelope: envelope, stream: .transactional, origin: .api(clientAddress: "192.0.2.1"),
            failureNotice: .sender, isTest: false, size: size + added, messageID: "<\(index)@example.org>",
            headerFrom: "Sender <sender@example.org>", headerTo: "rcpt@example.net", subject: "Message \(index)",
            notBefore: nil, campaign: nil, tags: [], metadata: [])
        return AcceptedMessage(
            id: UUIDv7(at: at, random: (UInt64(index), UInt64(index))), tenant: tenant, at: at, facts: facts,
            content: Content(added: bytes(added, index), original: bytes(size, index + 1)))
    }

    static func mailbox(_ text: String) -> Mailbox {
        let at = text.lastIndex(of: "@") ?? text.endIndex
        return Mailbox(
            localPart: String(text[..<at]), domain: Domain(canonical: String(text[at...].dropFirst())))
    }

    static func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
        var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }

    static func delivered(_ message: AcceptedMessage, _ number: UInt64, recipient: UInt32 = 0) -> JournalNote {
        note(message, number, recipient, Outcome(.delivered, reply: Reply(code: 250, text: "ok")))
    }

    static func deferred(
        _ message: AcceptedMessage, _ number: UInt64, recipient: UInt32 = 0, attempt: Int = 1, next: Int64
    ) -> JournalNote {
        note(
            message, number, recipient, Outcome(.deferred(.connectionRefused)), attempt: attempt,
            next: WallTime(milliseconds: next))
    }

    private static func note(
        _ message: AcceptedMessage, _ number: UInt64, _ recipient: UInt32, _ outcome: Outcome, attempt: Int = 1,
        next: WallTime? = nil
    ) -> JournalNote {
        .attempted(
            message: message.id, number: number, tenant: message.tenant, at: message.at,
            Attempt(
                recipient: recipient, mailbox: message.facts.envelope.recipients[Int(recipient)].mailbox,
                number: attempt, outcome: outcome, nextAttempt: next))
    }

    static func cancelled(_ message: AcceptedMessage, _ number: UInt64, _ recipients: [UInt32]) -> JournalNote {
        .cancelled(
            message: message.id, number: number, tenant: message.tenant, at: message.at, recipients: recipients)
    }

    static func bounced(_ message: AcceptedMessage, _ number: UInt64, _ recipients: [UInt32]) -> JournalNote {
        .bounced(
            message: message.id, number: number, tenant: message.tenant, at: message.at, recipients: recipients,
            by: "key ops", reason: "list was bought")
    }

    /// A folder that is removed when the test is over.
    static func withFolder<R>(_ body: (String) async throws -> R) async throws -> R {
        let folder = NSTemporaryDirectory() + "martlet-journal-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }
}

/// The journal asks the time only for its own identifier.
struct JournalTestTime: TimeSource {
    var now: MonotonicInstant { MonotonicInstant(nanoseconds: 0) }
    var wall: WallTime { WallTime(milliseconds: 1_700_000_000_000) }
    func sleep(until deadline: MonotonicInstant) async throws(CancellationError) {}
}

extension Journal {
    /// `open` with what most tests need of it.
    static func reopen(
        _ options: JournalOptions
    ) throws -> (journal: Journal, recovered: [RecoveredMessage], report: RecoveryReport) {
        try open(options, time: JournalTestTime())
    }
}
