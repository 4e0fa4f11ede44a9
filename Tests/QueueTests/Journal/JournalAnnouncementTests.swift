import Mail
import Testing

@testable import Queue

/// What happened to no message stands in the same log, and survives as mail does.
@Suite(.timeLimit(.minutes(1)))
struct JournalAnnouncementTests {
    static func change(_ score: Int) -> Announcement {
        Announcement(
            at: WallTime(milliseconds: 1_000 + Int64(score)), tenant: UUIDv7(high: 1, low: 2),
            kind: .domainDNSChanged(
                DomainDNSChange(
                    domainID: UUIDv7(high: 3, low: 4), name: Domain(canonical: "sender.example"), previousScore: 100,
                    score: score, wasVerified: true, isVerified: score > 50,
                    findings: [.init(name: "spf", was: "ok", now: "missing"), .init(name: "é", was: "", now: "\u{1}")]))
        )
    }

    @Test func `an announcement comes back as it was, from memory and from disk`() async throws {
        for tail in [0, 100] {
            try await JournalSample.withFolder { folder in
                var options = JournalOptions(folder: folder)
                options.tailEvents = tail
                let (journal, _, _) = try Journal.reopen(options)
                journal.acknowledge("reader", upTo: 0)
                let message = JournalSample.message(1)
                _ = try await journal.accept(message)
                for score in [10, 60] { try await journal.announce(Self.change(score)) }
                journal.close()
                await #expect(throws: Refusal.shuttingDown) { try await journal.announce(Self.change(1)) }
                let (again, recovered, report) = try Journal.reopen(options)
                defer { again.close() }
                #expect(recovered.count == 1 && report.damages.isEmpty)
                for log in [journal, again] {
                    let events = try await log.read(from: 0, limit: 10).events
                    #expect(events.map(\.kind.name) == ["queued", "announced", "announced"])
                    for (event, score) in zip(events.dropFirst(), [10, 60]) {
                        let expected = Self.change(score)
                        #expect(event.at == expected.at && event.tenant == expected.tenant)
                        #expect(event.message == expected.subject)
                        guard case .announced(let kind) = event.kind else { continue }
                        #expect(kind == expected.kind)
                    }
                }
            }
        }
    }

    @Test func `a head cut anywhere is refused and not guessed at`() throws {
        var encoder = RecordEncoder()
        AnnouncementCodec.encode(Self.change(42), into: &encoder)
        let head = encoder.bytes
        #expect(try AnnouncementCodec.decode(head) == Self.change(42))
        for length in 0..<head.count {
            #expect(throws: CodecFailure.self) { try AnnouncementCodec.decode(Array(head[..<length])) }
        }
        #expect(throws: CodecFailure.trailing) { try AnnouncementCodec.decode(head + [0]) }
    }
}
