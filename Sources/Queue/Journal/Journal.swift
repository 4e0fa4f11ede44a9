import Glibc
import Logging
package import Mail
import Synchronization

/// The one log of everything that happens to mail: durable, checksummed, group-committed.
///
/// A folder of segment files (see `SegmentHeader`, `RecordHeader`), each covering a stretch of the log; offsets are
/// positions in the log as a whole. `Writer` explains the commit, `Recovery` the restart, `Writer+Care` how disk space
/// comes back, `Ledger` what is kept in memory.
///
/// What is promised: a message whose `accept` returned is found by every later `open`. A message whose `accept` threw
/// is not delivered after a restart, except when the disk refused even to strike it out and the machine stopped before
/// the next successful write. A message whose `accept` did neither when the process died may be there or not.
package final class Journal: Announcer {
    let core: JournalCore
    /// What `close` ends.
    private let running: Mutex<Running?>

    private struct Running: Sendable {
        var lock: FolderLock
        var thread: WriterThread
    }

    /// Takes the folder (made when missing) for this process alone, repairs what a crash left behind, and starts the
    /// writer.
    /// - Parameter time: for the identifier of a new journal; what happens is stamped by whoever tells of it.
    /// - Returns: the unfinished messages in the order of their acceptance, and what was found.
    package static func open(
        _ options: JournalOptions, time: any TimeSource
    ) throws(JournalFailure) -> (journal: Journal, recovered: [RecoveredMessage], report: RecoveryReport) {
        let (journal, recovered, report) = try openInParts(options, time: time)
        return (journal, recovered.take(), report)
    }

    /// The same, with the messages in parts that can be freed one by one.
    package static func openInParts(
        _ options: JournalOptions, time: any TimeSource
    ) throws(JournalFailure) -> (journal: Journal, recovered: RecoveredMail, report: RecoveryReport) {
        do throws(FileFailure) {
            try options.files.makeFolder(options.folder)
        } catch {
            throw .unusable(path: options.folder, errno: error.errno)
        }
        let lock = try FolderLock(options, pid: getpid())
        var recovery = Recovery(options)
        let fresh = UUIDv7(at: time.wall)
        try recovery.run(newJournal: fresh)
        let recovered = RecoveredMail(parts: recovery.takeMessages())
        let refusal = recovery.beginSegment()
        if let consumer = options.consumer { recovery.consumers.expect(consumer) }
        let core = JournalCore(
            options: options, journal: recovery.journal ?? fresh, ledger: recovery.ledger,
            consumers: recovery.consumers)
        // Not writable at this moment: the mail that is there can be looked at, and the writer tries again.
        if let refusal {
            core.setHealth(refusal)
            Logger(label: "martlet.journal").error(
                "the journal can be read but not written: accepting nothing until a write succeeds",
                metadata: ["folder": "\(options.folder)", "reason": "\(refusal)"])
        }
        let active = recovery.active
        guard let thread = WriterThread.start({ Writer(core: core, active: active).run() }) else {
            throw .unusable(path: options.folder, errno: EAGAIN)
        }
        return (Journal(core: core, lock: lock, thread: thread), recovered, recovery.report)
    }

    private init(core: JournalCore, lock: FolderLock, thread: WriterThread) {
        self.core = core
        running = Mutex(Running(lock: lock, thread: thread))
    }

    deinit { close() }

    /// Parks until the message would survive a power cut. There is no timer: the commit begins as soon as the one
    /// before it is done. Nothing of a message that was refused is kept.
    /// - Returns: its number: the offset of its record, stable for life.
    package func accept(_ message: AcceptedMessage) async throws(JournalFailure) -> UInt64 {
        guard Self.fits(message) else { throw .tooLarge(limit: RecordHeader.limit) }
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<JournalWaiter.Outcome, Never>) in
            let record = OutgoingRecord.accepted(message, keepingEvent: core.keepsEvents, waiter: .alone(continuation))
            if let failure = core.enqueue(CollectionOfOne(record), evenWhenBroken: false) {
                continuation.resume(returning: .failure(failure))
            }
        }
        return try result.get()
    }

    /// Many at once: they are written side by side, and the caller parks once for all. Each is accepted or refused for
    /// itself, as by the other `accept`.
    /// - Returns: one result for each message, in their order.
    package func accept(batch: [AcceptedMessage]) async -> [Result<UInt64, JournalFailure>] {
        var outcomes = [JournalWaiter.Outcome](
            repeating: .failure(.tooLarge(limit: RecordHeader.limit)), count: batch.count)
        let fitting = batch.indices.filter { Self.fits(batch[$0]) }
        if fitting.isEmpty { return outcomes }
        let settled = await withCheckedContinuation { (waiter: JournalGroup.Waiter) in
            let group = JournalGroup(count: fitting.count, waiter: waiter)
            let keepsEvents = core.keepsEvents
            let records = fitting.enumerated().map { place, index in
                OutgoingRecord.accepted(batch[index], keepingEvent: keepsEvents, waiter: .part(group, place: place))
            }
            if let failure = core.enqueue(records, evenWhenBroken: false) { group.refuse(with: failure) }
        }
        for (place, index) in fitting.enumerated() { outcomes[index] = settled[place] }
        return outcomes
    }

    /// A head holds at most some KB for each recipient, so it is far below the limit when these two are.
    private static func fits(_ message: AcceptedMessage) -> Bool {
        message.content.count <= RecordHeader.limit
            && message.facts.envelope.recipients.count <= Summary.recipientLimit
    }

    /// Parks until it is durable, as `accept` does.
    package func announce(_ announcement: Announcement) async throws(Refusal) {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<JournalWaiter.Outcome, Never>) in
            let record = OutgoingRecord.announced(
                announcement, keepingEvent: core.keepsEvents, waiter: .alone(continuation))
            if let failure = core.enqueue(CollectionOfOne(record), evenWhenBroken: false) {
                continuation.resume(returning: .failure(failure))
            }
        }
        switch result {
        case .success: return
        case .failure(.closed): throw .shuttingDown
        case .failure: throw .storageUnavailable
        }
    }

    /// Does not wait: goes with the next commit, which starts at once, or within `Writer.linger` of the one before; so
    /// it is on disk within milliseconds. While the disk refuses writes the notes are kept in memory and written first
    /// when it recovers.
    package func note(_ records: [JournalNote]) {
        if records.isEmpty { return }
        let keepsEvents = core.keepsEvents
        _ = core.enqueue(
            records.map { OutgoingRecord.note($0, keepingEvent: keepsEvents) }, evenWhenBroken: true, isAwaited: false)
    }

    /// As `note`, but parks until they are durable. Whoever has a million to bring hands over some thousands at a time,
    /// so that no more than these lie in memory.
    /// - Returns: `false`: the disk refuses them at present, and they are kept as those of `note` are; or the journal is
    ///   closed.
    package func commit(_ records: [JournalNote]) async -> Bool {
        guard let last = records.last else { return true }
        let keepsEvents = core.keepsEvents
        let result = await withCheckedContinuation { (waiter: CheckedContinuation<JournalWaiter.Outcome, Never>) in
            var outgoing = records.dropLast().map { OutgoingRecord.note($0, keepingEvent: keepsEvents) }
            outgoing.append(.note(last, keepingEvent: keepsEvents, waiter: .alone(waiter)))
            if let failure = core.enqueue(outgoing, evenWhenBroken: true) {
                waiter.resume(returning: .failure(failure))
            }
        }
        switch result {
        case .success: return true
        case .failure: return false
        }
    }

    /// `false` after a failed write until one succeeds again: intake refuses, and delivery pauses so that its outcomes
    /// are not lost.
    package var isHealthy: Bool { core.isHealthy.load(ordering: .acquiring) }

    /// Why it is not healthy.
    package var refusal: JournalFailure? { core.pending.withLock { $0.refusal } }

    /// Writes what waits, then stops. Blocks until that is done; a second call does nothing.
    package func close() {
        core.pending.withLock { $0.isClosing = true }
        core.doorbell.ring()
        let running = running.withLock { running in
            defer { running = nil }
            return running
        }
        running?.thread.join()
        // With the last reference to the lock the folder is free for another process.
    }

    /// For metrics and tests: group commits, and records they carried.
    package var commitCounts: (commits: Int, records: Int) {
        (core.commits.load(ordering: .relaxed), core.records.load(ordering: .relaxed))
    }
}
