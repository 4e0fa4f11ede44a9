package import Logging
package import Mail
import Synchronization

/// The counters of sending days that all shards share: a lock around `DailyBook`, and behind it a writer that makes
/// parts of the caps durable before they may be spent. Nobody waits for the disk here: who comes before a part is
/// durable is refused for some milliseconds.
///
/// Life: `open` (or `init` without a store: a simulation), `run` in a task of its own until `close` returns or the task
/// is cancelled. After `close` nothing is let go.
package final class DailyCounters: DailyLedger {
    struct State {
        var book: DailyBook
        var waker: (@Sendable () -> Void)?
        var verbs: [PendingVerb] = []
        var phase = Phase.waiting
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    enum Phase {
        /// Can become: running, closed.
        case waiting
        /// Can become: closed.
        case running
        case closed
    }

    let state: Mutex<State>
    let store: (any QueueStateStore)?
    let time: any TimeSource
    let logger: Logger
    let metrics = WarmupMetrics()
    let bell: AsyncStream<Void>.Continuation
    let rings: AsyncStream<Void>

    /// Without a store: what is counted is forgotten with the process, and nobody waits for a disk.
    package convenience init(
        _ setup: DailySetup, time: any TimeSource, logger: Logger = Logger(label: "martlet.daily")
    ) {
        self.init(
            DailyBook(setup, isDurable: false, at: time.now, wall: time.wall), store: nil, time: time, logger: logger)
    }

    private init(_ book: consuming DailyBook, store: (any QueueStateStore)?, time: any TimeSource, logger: Logger) {
        state = Mutex(State(book: book))
        self.store = store
        self.time = time
        self.logger = logger
        (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// With what is stored. Values that are damaged are logged, and count as a cap that has been used up today.
    /// - Throws: when nothing can be read at all: without it caps could be exceeded.
    package static func open(
        _ setup: DailySetup, store: any QueueStateStore, time: any TimeSource,
        logger: Logger = Logger(label: "martlet.daily")
    ) async throws(StorageFailure) -> DailyCounters {
        let stored = StoredDays(try await store.load(DailyValue.section))
        for damage in stored.damage {
            logger.error(
                "stored warm-up or quota is damaged; today's cap counts as used", metadata: ["damage": "\(damage)"])
        }
        let book = DailyBook(setup, isDurable: true, stored: stored, at: time.now, wall: time.wall)
        return DailyCounters(book, store: store, time: time, logger: logger)
    }

    // MARK: DailyLedger

    package func counter(for key: DailyKey) -> UInt32? { change { $0.counter(for: key) } }

    package func take(_ count: Int, of counter: UInt32, at now: MonotonicInstant) -> Result<Int, DailyRefusal> {
        change { $0.take(count, of: counter, at: now) { time.wall } }
    }

    package func untake(_ count: Int, of counter: UInt32, at now: MonotonicInstant) {
        change { $0.untake(count, of: counter, at: now) { time.wall } }
    }

    package func settle(_ counter: UInt32, delivered: Int, failed: Int, untried: Int, at now: MonotonicInstant) {
        settle(counter, delivered: delivered, failed: failed, greylisted: 0, untried: untried, at: now)
    }

    package func settle(
        _ counter: UInt32, delivered: Int, failed: Int, greylisted: Int, untried: Int, at now: MonotonicInstant
    ) {
        change { book in
            book.settle(
                counter, delivered: delivered, failed: failed, greylisted: greylisted, untried: untried, at: now
            ) { time.wall }
        }
    }

    package func refusal(of counter: UInt32, at now: MonotonicInstant) -> DailyRefusal? {
        change { $0.standing(of: counter, at: now) { time.wall } }
    }

    // MARK: Reload

    /// Another configuration. Who was told a number must ask again: what was not limited may be now, and a provider may
    /// have got a plan of its own. Numbers from before go on counting what they counted.
    package func replace(_ setup: DailySetup) { change { $0.replace(setup) } }

    /// Who is to be told when what was refused may be let go sooner than the refusals said, or at all: after an
    /// operator's word or a reload, and whenever a day begins. It is called on the thread where that comes out, a
    /// shard's perhaps, and must not wait for anything.
    package func whenFreed(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.waker = body } }

    /// The days that are counted by at present.
    package var today: SendingDay { state.withLock { $0.book.clock.label } }

    /// Changes the book, and wakes the writer when there is something to write.
    func change<Result: Sendable>(_ body: (inout DailyBook) -> sending Result) -> Result {
        let (result, rings, waker) = state.withLock { state in
            let result = body(&state.book)
            return (result, state.book.takeRing(), state.book.takeFreed() ? state.waker : nil)
        }
        if rings { bell.yield() }
        waker?()
        return result
    }
}
