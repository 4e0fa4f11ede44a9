import Mail
import Synchronization

/// What the callers' threads and the writer thread share. Two locks, never held together: `pending` for a few
/// instructions by everybody, `ledger` by the writer after a commit and by readers.
final class JournalCore: Sendable {
    struct Pending {
        var records: [OutgoingRecord] = []
        /// The writer has found nothing to do; the next to bring something must ring.
        var isWriterAsleep = false
        var isClosing = false
        /// While the disk refuses writes: what to tell at once instead of letting callers wait for the next probe.
        var refusal: JournalFailure?
    }

    let options: JournalOptions
    let journal: UUIDv7
    let seed: CRC32C
    let pending = Mutex(Pending())
    let ledger: Mutex<Ledger>
    let consumers: Mutex<ConsumerOffsets>
    let feed: EventFeed
    let isHealthy = Atomic(true)
    let doorbell = Doorbell()
    /// fdatasync calls for group commits, and what they carried.
    let commits = Atomic(0)
    let records = Atomic(0)

    init(options: JournalOptions, journal: UUIDv7, ledger: Ledger, consumers: ConsumerOffsets) {
        self.options = options
        self.journal = journal
        seed = RecordHeader.seed(journal)
        feed = EventFeed(end: ledger.eventsEnd, options: options)
        self.ledger = Mutex(ledger)
        self.consumers = Mutex(consumers)
    }

    var keepsEvents: Bool { options.tailEvents > 0 }

    /// - Returns: why the records were not taken; then nothing will come of them.
    func enqueue(_ records: some Sequence<OutgoingRecord>, evenWhenBroken: Bool) -> JournalFailure? {
        var mustRing = false
        let failure = pending.withLock { pending -> JournalFailure? in
            if pending.isClosing { return .closed }
            if !evenWhenBroken, let refusal = pending.refusal { return refusal }
            pending.records.append(contentsOf: records)
            mustRing = pending.isWriterAsleep
            pending.isWriterAsleep = false
            return nil
        }
        if mustRing { doorbell.ring() }
        return failure
    }

    /// Everything that waits. Marks the writer as asleep when there is nothing: it must look again after it was rung.
    func take() -> (records: [OutgoingRecord], isClosing: Bool) {
        pending.withLock { pending in
            if pending.records.isEmpty { pending.isWriterAsleep = true }
            var taken: [OutgoingRecord] = []
            swap(&taken, &pending.records)
            return (taken, pending.isClosing)
        }
    }

    func wake() {
        let mustRing = pending.withLock { pending in
            defer { pending.isWriterAsleep = false }
            return pending.isWriterAsleep
        }
        if mustRing { doorbell.ring() }
    }

    func setHealth(_ refusal: JournalFailure?) {
        pending.withLock { $0.refusal = refusal }
        isHealthy.store(refusal == nil, ordering: .releasing)
    }
}
