import Loop
import Mail
import Synchronization

/// What the callers' threads and the writer thread share. Two locks, never held together: `pending` for a few
/// instructions by everybody, `ledger` by the writer after a commit and by readers.
final class JournalCore: Sendable {
    struct Pending {
        var records: [OutgoingRecord] = []
        /// Somebody is parked for one of them.
        var isAwaited = false
        var writer = WriterRest.none
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

    /// - Parameter isAwaited: somebody is parked until they are durable. What nobody waits for may lie until the writer
    ///   comes by, as long as it is about to.
    /// - Returns: why the records were not taken; then nothing will come of them.
    func enqueue(
        _ records: some Sequence<OutgoingRecord>, evenWhenBroken: Bool, isAwaited: Bool = true
    ) -> JournalFailure? {
        var mustRing = false
        let failure = pending.withLock { pending -> JournalFailure? in
            if pending.isClosing { return .closed }
            if !evenWhenBroken, let refusal = pending.refusal { return refusal }
            pending.records.append(contentsOf: records)
            if isAwaited { pending.isAwaited = true }
            mustRing = pending.writer.isLeft(for: isAwaited)
            return nil
        }
        if mustRing { ring() }
        return failure
    }

    /// On a loop, the conversations that are ready now have their say first, so that what they bring shares a commit.
    private func ring() {
        if let loop = EventLoop.current {
            loop.submit { self.doorbell.ring() }
        } else {
            doorbell.ring()
        }
    }

    /// Everything that waits; before a short rest only if somebody is parked for some of it. With nothing the writer
    /// has given its word that it goes to rest: it must look again after it was rung.
    func take(elseRest rest: WriterRest) -> (records: [OutgoingRecord], isClosing: Bool) {
        pending.withLock { pending in
            let isDue = pending.isAwaited || pending.isClosing || rest != .short
            guard isDue, !pending.records.isEmpty else {
                pending.writer = rest
                return ([], pending.isClosing)
            }
            pending.writer = .none
            pending.isAwaited = false
            var taken: [OutgoingRecord] = []
            swap(&taken, &pending.records)
            return (taken, pending.isClosing)
        }
    }

    func wake() {
        let mustRing = pending.withLock { $0.writer.isLeft(for: true) }
        if mustRing { doorbell.ring() }
    }

    func setHealth(_ refusal: JournalFailure?) {
        pending.withLock { $0.refusal = refusal }
        isHealthy.store(refusal == nil, ordering: .releasing)
    }
}

/// How the writer rests, and so who has to ring.
enum WriterRest: Sendable {
    /// It works, and looks again before it rests.
    case none
    /// It comes by within `Writer.linger`: only who waits for the disk rings.
    case short
    /// It sleeps until somebody rings.
    case long

    /// Whether who has brought something must ring; then nobody else need.
    mutating func isLeft(for isAwaited: Bool) -> Bool {
        switch self {
        case .none: return false
        case .short where !isAwaited: return false
        case .short, .long:
            self = .none
            return true
        }
    }
}
