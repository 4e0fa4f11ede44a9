import Mail
import Testing

@testable import Queue

/// A part of the journal's life that a fault is put into, with what must hold after it.
enum FaultPhase: String, CaseIterable, CustomTestStringConvertible, Sendable {
    /// The folder is empty.
    case first
    /// The folder is as bad as crashes and old age make it.
    case recovery
    /// Messages are accepted, delivered and noted; one fills a segment.
    case commit
    /// Segments of finished mail are removed, and kept as spares to be written again.
    case removal
    /// A long-lived message in each segment is written again.
    case restating
    /// A consumer follows, over three lives.
    case consumers
    /// Kept mail makes room for newer mail.
    case inbox

    var testDescription: String { rawValue }

    /// Calls that this phase is known to make; a test that fails none of them tests nothing.
    var expected: Set<FileCall> {
        switch self {
        case .first: [.makeFolder, .list, .open, .lock, .truncate, .allocate, .write, .syncData, .syncFolder]
        case .recovery: Set(FileCall.allCases).subtracting([.rename])
        case .commit: [.open, .allocate, .write, .truncate, .syncData, .syncFolder]
        case .removal: [.rename, .remove, .write, .syncData, .syncFolder]
        case .restating: [.read, .write, .syncData, .syncFolder]
        case .consumers: [.rename, .open, .read, .write, .syncData, .syncFolder]
        case .inbox: [.write, .syncData, .open]
        }
    }

    typealias Story = JournalFaultTests.Story

    func prepare() async throws -> (SimulatedDisk, Story) {
        var story = Story()
        let disk = SimulatedDisk()
        // So that the consumer is on record.
        if self == .consumers { await following(disk, &story, from: 900) }
        guard self == .recovery else { return (disk, story) }
        await JournalFaultTests.run(disk, from: 0, story: &story, groups: 6)
        // Torn in the middle of a commit.
        let torn = disk.afterKill()
        let before = torn.calls
        _ = JournalFormat.mismatch(in: "/journal", files: torn)
        let looking = torn.calls - before
        torn.plan(.torn(5), atCall: looking + 12)
        torn.plan(.crashBefore, atCall: looking + 13)
        await JournalFaultTests.run(torn, from: 500, story: &story, groups: 3)
        story.openFailed = false
        // Whether these were noted in time nobody can tell.
        for id in story.finished where id.low >= 500 {
            story.finished.remove(id)
            story.acknowledged[id] = nil
        }
        let dirty = torn.afterKill()
        let sealed = dirty.names.filter { $0.hasSuffix(".seg") }.sorted().first ?? ""
        dirty.alter(sealed) { $0[$0.count - SegmentIndex.Trailer.size - 3] ^= 0x40 }
        dirty.put("/journal/" + SegmentHeader.fileName(1 << 40), [UInt8](repeating: 0, count: 4_096))
        dirty.put("/journal/" + SegmentHeader.fileName(7) + SpareSegments.suffix, [1, 2, 3])
        dirty.put("/journal/consumers.new", [1, 2, 3])
        return (dirty, story)
    }

    func act(_ disk: SimulatedDisk, _ story: inout Story) async {
        switch self {
        case .first: await JournalFaultTests.run(disk, from: 0, story: &story, groups: 1)
        case .recovery: await JournalFaultTests.run(disk, from: 700, story: &story, groups: 1)
        case .commit: await JournalFaultTests.run(disk, from: 0, story: &story, groups: 7)
        case .removal: await finishing(disk, &story, keeping: 0)
        case .restating: await finishing(disk, &story, keeping: 9)
        case .consumers: for life in 0..<3 { await following(disk, &story, from: 100 * life) }
        case .inbox: await keeping(disk, &story)
        }
    }

    /// One message after the other, all of them delivered but each `keeping`th.
    private func finishing(_ disk: SimulatedDisk, _ story: inout Story, keeping: Int) async {
        guard let journal = try? Journal.reopen(JournalFaultTests.options(disk)).journal else { return }
        for index in 0..<30 {
            // The segment of one is too large to become a spare, and is removed at once.
            let message = JournalSample.message(index, size: index == 15 && keeping == 0 ? 9_000 : 700)
            await accept(message, journal, disk, &story)
            guard let number = story.acknowledged[message.id], keeping == 0 || index % keeping > 0 else { continue }
            story.finished.insert(message.id)
            journal.note([JournalSample.delivered(message, number)])
        }
        journal.close()
    }

    private func accept(
        _ message: AcceptedMessage, _ journal: Journal, _ disk: SimulatedDisk, _ story: inout Story
    ) async {
        story.messages[message.id] = message
        do throws(JournalFailure) {
            story.acknowledged[message.id] = try await journal.accept(message)
        } catch {
            if !disk.isCrashed { story.refused.insert(message.id) }
        }
    }

    /// Everything is delivered; a consumer reads all of it, and has its own place on record before it acknowledges.
    private func following(_ disk: SimulatedDisk, _ story: inout Story, from base: Int) async {
        guard let journal = try? Journal.reopen(JournalFaultTests.options(disk)).journal else { return }
        journal.acknowledge("reader", upTo: story.passed)
        for index in 0..<9 {
            let message = JournalSample.message(base + index, size: 700)
            await accept(message, journal, disk, &story)
            if let number = story.acknowledged[message.id] {
                story.finished.insert(message.id)
                journal.note([JournalSample.delivered(message, number)])
            }
            if index % 3 == 2, let page = try? await journal.read(from: story.passed, limit: 4) {
                story.passed = page.next
                journal.acknowledge("reader", upTo: story.passed)
            }
        }
        journal.close()
    }

    private func keeping(_ disk: SimulatedDisk, _ story: inout Story) async {
        guard let inbox = try? InboxLog.open(JournalFaultTests.options(disk), limit: 6, time: JournalTestTime()).inbox
        else { return }
        for index in 0..<16 {
            let message = InboxLogTests.message(index)
            do {
                try await inbox.deposit(message)
                story.kept.append(message.id)
            } catch {
                if !disk.isCrashed { story.refused.insert(message.id) }
            }
        }
        inbox.close()
    }

    /// - Parameter exactly: nothing is delivered twice and nothing that was refused is there; after a crash either may
    ///   be.
    func check(_ story: Story, _ disk: SimulatedDisk, exactly: Bool, _ label: String) async throws {
        if self == .inbox { return try await checkInbox(story, disk, exactly: exactly, label) }
        let (journal, recovered, report) = try Journal.reopen(JournalFaultTests.options(disk))
        defer { journal.close() }
        if self != .recovery { #expect(report.damages.isEmpty, "\(label): \(report)") }
        let found = Set(recovered.map(\.id))
        #expect(found.count == recovered.count, "\(label): twice")
        for (id, number) in story.acknowledged where !story.finished.contains(id) {
            guard found.contains(id) else {
                Issue.record("\(label): acknowledged message \(number) lost")
                continue
            }
            #expect(try journal.load(number).content.original == story.messages[id]?.content.original, "\(label)")
        }
        if exactly {
            #expect(found.isDisjoint(with: story.finished), "\(label): delivered twice")
            #expect(found.isDisjoint(with: story.refused), "\(label): a refused message is delivered")
        }
        #expect(found.isSubset(of: story.messages.keys), "\(label)")
        guard self == .consumers else { return }
        do {
            _ = try await journal.read(from: story.passed, limit: 1_000)
        } catch {
            Issue.record("\(label): the consumer has passed \(story.passed) and misses events: \(error)")
        }
    }

    private func checkInbox(_ story: Story, _ disk: SimulatedDisk, exactly: Bool, _ label: String) async throws {
        let (inbox, report) = try InboxLog.open(JournalFaultTests.options(disk), limit: 6, time: JournalTestTime())
        defer { inbox.close() }
        #expect(report.damages.isEmpty, "\(label): \(report)")
        let (page, total) = await inbox.list(limit: 100, offset: 0)
        #expect(page.count == total, "\(label): listed and unreadable")
        let listed = Set(page.map(\.id))
        #expect(listed.isSuperset(of: story.kept.suffix(exactly ? 6 : 5)), "\(label): the newest are missing")
        if exactly { #expect(listed.isDisjoint(with: story.refused), "\(label): a refused deposit is kept") }
    }
}
