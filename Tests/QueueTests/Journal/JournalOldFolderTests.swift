import Foundation
import Mail
import Testing

@testable import Queue

/// The folder that a program of journal format 1 left (`Tests/EndToEndTests/Fixtures/README.md` tells how).
@Suite(.timeLimit(.minutes(1)))
struct JournalOldFolderTests {
    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        try await JournalSample.withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            let tar = Process()
            tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            tar.arguments = [
                "tar", "-xzf", tests.appendingPathComponent("EndToEndTests/Fixtures/data-format-1.tar.gz").path, "-C",
                folder,
            ]
            try tar.run()
            tar.waitUntilExit()
            try #require(tar.terminationStatus == 0)
            try await body(folder + "/data/journal")
        }
    }

    @Test func `every message of the old folder is there, with its states and its content`() async throws {
        try await Self.withFolder { folder in
            let before = try JournalSurvey.make(folder)
            #expect(before.damages.isEmpty, "\(before.findings)")
            #expect(before.segments.map(\.format) == [1, 1])
            #expect(before.unfinished == 14)
            var options = JournalOptions(folder: folder)
            options.segmentSize = 1 << 20
            let (journal, recovered, report) = try Journal.reopen(options)
            #expect(report.damages.isEmpty && report.tornBytes == 0)
            #expect(recovered.count == 14)
            var subjects: [String: RecoveredMessage] = [:]
            for message in recovered {
                let loaded = try journal.load(message.number)
                #expect(loaded.content.count == loaded.facts.size)
                #expect(loaded.id == message.id)
                subjects[loaded.facts.subject] = message
            }
            let waiting = (5...8).map { $0 } + (10...18).map { $0 }
            #expect(
                Set(subjects.keys) == Set(waiting.map { "message \($0)" } + ["Undelivered mail returned to sender"]))
            // One of three recipients waits, after one attempt, which the old program has written down.
            let partly = try #require(subjects["message 8"])
            #expect(partly.pending.map(\.recipient) == [1])
            #expect(partly.pending.first?.domain == Domain(canonical: "defer.example"))
            #expect(partly.pending.first?.attempts == 1)
            #expect(partly.pending.first?.nextAttempt != nil)
            let api = try journal.load(try #require(subjects["message 13"]).number)
            #expect(api.facts.tags == ["old"])
            #expect(api.facts.metadata.first?.key == "k")
            // Events from where the oldest segment begins.
            let (events, _) = try await journal.read(from: before.start, limit: 1_000)
            #expect(events.count { if case .queued = $0.kind { true } else { false } } >= 9)
            _ = try await journal.accept(JournalSample.message(1))
            journal.close()
            let after = try JournalSurvey.make(folder)
            #expect(after.damages.isEmpty, "\(after.findings)")
            #expect(after.segments.map(\.format) == [1, 1, SegmentHeader.version])
            #expect(after.unfinished == 15)
        }
    }
}
