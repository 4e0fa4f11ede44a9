import Foundation
import Mail
import Testing

@testable import Queue

@Suite(.serialized, .timeLimit(.minutes(10)))
struct JournalScaleTests {
    static let isLong = ProcessInfo.processInfo.environment["MARTLET_LONG_TESTS"] != nil

    @Test func `100,000 queued messages are found again without reading them`() async throws {
        try await Self.run(count: 100_000, limit: nil)
    }

    /// The bound holds for release builds; a debug build only shows that it works.
    @Test(.enabled(if: isLong, "1,000,000 messages: set MARTLET_LONG_TESTS"))
    func `1,000,000 queued messages are found again within three seconds`() async throws {
        try await Self.run(count: 1_000_000, limit: .seconds(3))
    }

    static func run(count: Int, limit: Duration?) async throws {
        try await JournalSample.withFolder { folder in
            let clock = ContinuousClock()
            var (journal, recovered, report) = try Journal.reopen(JournalOptions(folder: folder))
            // As many callers as a busy server has, so that the commits are grouped.
            await withTaskGroup(of: Void.self) { [journal] group in
                for lane in 0..<100 {
                    group.addTask {
                        var message = JournalSample.message(lane, size: 800)
                        for index in stride(from: lane, to: count, by: 100) {
                            message.facts.envelope.recipients = [
                                Recipient(JournalSample.mailbox("user@d\(index % 1_000).example"))
                            ]
                            // Half of it is campaigns' mail, whose summaries say so.
                            message.facts.campaign =
                                index % 2 == 0 ? UUIDv7(high: 1, low: UInt64(index / 2 % 50)) : nil
                            _ = try? await journal.accept(message)
                        }
                    }
                }
            }
            journal.close()
            recovered = []
            let before = residentBytes()
            let start = clock.now
            (journal, recovered, report) = try Journal.reopen(JournalOptions(folder: folder))
            let elapsed = clock.now - start
            let grown = residentBytes() - before
            defer { journal.close() }
            #expect(recovered.count == count)
            #expect(report.scanned <= 1)
            #expect(report.damages.isEmpty)
            #expect(recovered.count { $0.campaign != nil } == count / 2)
            #expect(Set(recovered.compactMap(\.campaign)).count == 50)
            print(
                "journal recovery: \(count) messages in \(elapsed), \(report.segments) segments,",
                "\(grown >> 20) MiB more resident"
            )
            #expect(grown < 300 << 20)
            #if !DEBUG
            if let limit { #expect(elapsed <= limit) }
            #endif
        }
    }

    private static func residentBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return pages * 4_096
    }
}
