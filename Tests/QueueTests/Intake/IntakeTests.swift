import Foundation
import Mail
import MartletTesting
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1))) struct IntakeTests {
    private static func added(
        _ origin: Origin, content: String = Engine.text, recipients: [String] = ["r@a.test"]
    ) async throws -> String {
        let engine = Engine()
        return try await engine.loop.run { _ in
            _ = try await engine.intake.accept(
                Submission(
                    tenant: Sample.tenant,
                    envelope: Envelope(
                        sender: Mailbox("s@author.test"),
                        recipients: recipients.compactMap { Mailbox($0).map { Recipient($0) } }),
                    content: Content(original: Array(content.utf8)), origin: origin,
                    id: UUIDv7("019424f8-1c00-7000-8000-000000000001")))
            return String(decoding: try #require(engine.spool.messages.first).content.added, as: UTF8.self)
        }
    }

    /// RFC 3848 §1, RFC 6531 §4.3
    @Test(arguments: [
        (false, false, false, false, "SMTP"), (true, false, false, false, "ESMTP"),
        (true, false, true, false, "ESMTPA"),
        (true, true, false, false, "ESMTPS"), (true, true, true, false, "ESMTPSA"),
        (true, false, false, true, "UTF8SMTP"), (true, false, true, true, "UTF8SMTPA"),
        (true, true, false, true, "UTF8SMTPS"), (true, true, true, true, "UTF8SMTPSA"),
    ])
    func theWithClauseNamesTheProtocol(
        isESMTP: Bool, tls: Bool, user: Bool, utf8: Bool, expected: String
    ) async throws {
        let facts = TLSFacts(version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", verification: .notRequested)
        let origin = SMTPOrigin(
            helo: "client.test", isESMTP: isESMTP, clientAddress: "192.0.2.1", user: user ? "u" : nil,
            tls: tls ? facts : nil, needsSMTPUTF8: utf8)
        let comment = tls ? " (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)" : ""
        #expect(
            try await Self.added(.smtp(origin))
                == "Received: from client.test ([192.0.2.1])\r\n\tby mx.martlet.test with \(expected)\(comment)\r\n"
                + "\tid 019424f8-1c00-7000-8000-000000000001\r\n\tfor <r@a.test>; Fri, 01 Jan 2027 00:00:00 +0000\r\n")
    }

    @Test func httpAndIPv6() async throws {
        #expect(
            try await Self.added(.api(clientAddress: "2001:db8::1"))
                .hasPrefix("Received: from [IPv6:2001:db8::1]\r\n\tby mx.martlet.test with HTTP\r\n\tid "))
        #expect(
            try await Self.added(.notification).hasPrefix("Received: by mx.martlet.test\r\n\tid "))
    }

    @Test func severalRecipientsAreNotNamed() async throws {
        #expect(try await !Self.added(.notification, recipients: ["r@a.test", "s@a.test"]).contains("for <"))
    }

    @Test func hostileTextCannotEndTheField() async throws {
        let origin = SMTPOrigin(
            helo: "evil\r\nBcc: x@y (", isESMTP: true, clientAddress: "1.2.3.4)\r\n\r\nbody",
            tls: TLSFacts(version: "a\nb", cipher: "c\u{0}d", verification: .failed))
        let added = try await Self.added(.smtp(origin))
        #expect(added.hasPrefix("Received: from evil??Bcc:?x@y?? ([1.2.3.4?????body])\r\n"))
        #expect(added.split(separator: "\r\n").count == 4)
        #expect(added.contains("(using a?b with cipher c?d)"))
    }

    @Test func missingFieldsAreAdded() async throws {
        let bare = try await Self.added(.notification, content: "From: a@author.test\r\nSubject: x\r\n\r\nbody\r\n")
        #expect(bare.contains("\r\nMessage-ID: <019424f8-1c00-7000-8000-000000000001@author.test>\r\n"))
        #expect(bare.hasSuffix("\r\nDate: Fri, 01 Jan 2027 00:00:00 +0000\r\n"))
        let complete = try await Self.added(.notification)
        #expect(!complete.contains("Message-ID") && !complete.contains("Date:"))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (951_868_799, "Tue, 29 Feb 2000 23:59:59 +0000"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 +0000"),
        (1_763_695_560, "Fri, 21 Nov 2025 03:26:00 +0000"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 +0000"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"), (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 +0000"),
    ])
    func datesAreRight(seconds: Int64, expected: String) {
        var bytes: [UInt8] = []
        bytes.put(date: WallTime(milliseconds: seconds * 1_000 + 999))
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func fieldsTheCallerAddedCount() async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            let receipt = try await engine.send(to: "r@a.test") {
                $0.content.added = Array("Message-ID: <mine@x>\r\nDate: Fri, 01 Jan 2027 00:00:00 +0000\r\n".utf8)
                $0.content.original = Array("From: a@author.test\r\n\r\nbody\r\n".utf8)
            }
            #expect(receipt.messageID == "<mine@x>")
            let added = String(decoding: try #require(engine.spool.messages.first).content.added, as: UTF8.self)
            #expect(added.components(separatedBy: "Message-ID").count == 2)
            #expect(added.components(separatedBy: "Date:").count == 2)
            #expect(
                added.hasPrefix("Received: ")
                    && added.hasSuffix("Message-ID: <mine@x>\r\nDate: Fri, 01 Jan 2027 00:00:00 +0000\r\n"))
        }
    }

    @Test(arguments: [(0, 0x41), (0, 0x80), (4_095, 0xFF), (4_096, 0x80), (9_999, 0xC3), (9_999, 0x7F)])
    func eightBitContentIsFound(place: Int, byte: UInt8) async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            try await engine.send(to: "r@a.test") { submission in
                submission.content.original += [UInt8](repeating: 0x41, count: 10_000)
                submission.content.original[Engine.text.utf8.count + place] = byte
            }
            #expect(try #require(engine.spool.messages.first).facts.envelope.is8Bit == (byte >= 0x80))
        }
    }

    @Test func whatIsTooLargeOrRunsInACircleIsRefused() async throws {
        let engine = Engine(options: {
            $0.intake.maximumMessageSize = 1_000
            $0.intake.maximumHops = 3
        })
        try await engine.loop.run { _ in
            await #expect(throws: Refusal.tooLarge(limit: 1_000)) {
                try await engine.send(to: "r@a.test") { $0.content.original = [UInt8](repeating: 65, count: 1_001) }
            }
            for (hops, isRefused) in [(3, false), (4, true)] {
                let header = String(repeating: "Received: by x; Fri, 01 Jan 2027 00:00:00 +0000\r\n", count: hops)
                do {
                    try await engine.send(to: "r@a.test") { $0.content.original = Array((header + Engine.text).utf8) }
                    #expect(!isRefused)
                } catch let refusal as Refusal {
                    #expect(isRefused && refusal == .mailLoop)
                }
            }
            #expect(engine.spool.messages.count == 1)
        }
    }

    @Test func journalFailuresAreRefusals() async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            for (failure, refusal) in [
                (JournalFailure.diskFull, Refusal.storageUnavailable), (.writeFailed(errno: 5), .storageUnavailable),
                (.closed, .shuttingDown), (.tooLarge(limit: 7), .tooLarge(limit: 7)),
            ] {
                engine.spool.failure = failure
                await #expect(throws: refusal) { try await engine.send(to: "r@a.test") }
            }
            engine.spool.failure = nil
            engine.spool.isHealthy = false
            await #expect(throws: Refusal.storageUnavailable) { try await engine.send(to: "r@a.test") }
            #expect(engine.spool.messages.isEmpty)
        }
    }

    @Test func loadIsShedBelowTheFloorAndTakenAgainAbove() async throws {
        let figures = Figures()
        let engine = Engine(
            probe: ResourceProbe(
                freeShare: { _ in figures.free }, residentBytes: { figures.resident }, memoryBudget: { 1_000 }))
        try await engine.loop.run { _ in
            try await engine.send(to: "r@a.test")
            figures.free = 0.099
            // The last answer holds for a second.
            try await engine.send(to: "r@a.test")
            engine.time.advance(by: .seconds(1))
            await #expect(throws: Refusal.diskLow) { try await engine.send(to: "r@a.test") }
            // What the engine owes for mail it has accepted is let in.
            try await engine.send(to: "r@a.test") { $0.origin = .notification }
            figures.free = 0.1
            figures.resident = 751
            engine.time.advance(by: .seconds(1))
            await #expect(throws: Refusal.overloaded) { try await engine.send(to: "r@a.test") }
            #expect(engine.intake.obstacle == .overloaded)
            figures.resident = 750
            engine.time.advance(by: .seconds(1))
            try await engine.send(to: "r@a.test")
            #expect(engine.intake.obstacle == nil)
            #expect(figures.looks == 4)
        }
    }

    @Test func theRealMachineCanBeMeasured() throws {
        let probe = ResourceProbe.linux
        #expect(try #require(probe.freeShare("/")) >= 0 && probe.freeShare("/") ?? 2 <= 1)
        #expect(try #require(probe.residentBytes()) > 1 << 20)
        #expect(try #require(probe.memoryBudget()) > 1 << 26)
        #expect(probe.freeShare("/does/not/exist") == nil)
    }

    @Test func memoryThatNobodyUsesIsGivenBackBeforeMailIsRefused() async throws {
        let figures = Figures()
        figures.resident = 900
        let engine = Engine(
            probe: ResourceProbe(
                freeShare: { _ in 0.5 }, residentBytes: { figures.resident }, memoryBudget: { 1_000 },
                giveBack: { figures.resident = 300 }))
        try await engine.loop.run { _ in
            try await engine.send(to: "r@a.test")
            #expect(engine.intake.obstacle == nil)
            #expect(figures.resident == 300)
        }
    }
}
