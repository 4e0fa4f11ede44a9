import GRDB
import Logging
package import Mail
import Metrics
import Synchronization

/// Follows the journal and keeps the tables of `events.sqlite` in step with it.
///
/// A batch of events and the place behind them are one transaction, so each event counts exactly once, whenever the
/// process dies. The journal is told how far the tables are only after a checkpoint: a commit here is not synced, and
/// what a power cut takes back must still be in the journal.
///
/// A transaction costs as much as some dozens of rows, and writes each page that it touches to the log, however little of
/// it is new. So batches do not begin more often than once a `pace`, by which time there is more, unless a reader waits:
/// then the next one begins at once. Under full load the events of one pace still fit the journal's memory of late ones.
package final class Projector: ProjectionProgress, Sendable {
    package struct Options: Sendable {
        /// The name under which the journal knows this consumer.
        package var consumer = "messages"
        package var batch = 4_096
        package var pace = Duration.milliseconds(100)
        /// How often the journal is told, and the write-ahead log emptied.
        package var checkpointInterval = Duration.seconds(3)
        /// And at the latest after this many events.
        package var checkpointEvents = 100_000
        /// How long a reader waits for a projection that is behind.
        package var patience = Duration.seconds(2)
        /// After an error of the disk or the journal.
        package var retryDelay = Duration.seconds(1)

        package init() {}
    }

    private let log: any EventLog
    private let pool: DatabasePool
    private let time: any TimeSource
    private let options: Options
    private let state = Mutex(ProjectorState())
    private let logger = Logger(label: "martlet.projector")
    private let projected = Counter(label: "martlet_projected_events_total")
    private let lag = Gauge(label: "martlet_projection_lag_bytes")

    package init(log: any EventLog, database: EventDatabase, time: any TimeSource, options: Options = Options()) {
        self.log = log
        pool = database.pool
        self.time = time
        self.options = options
    }

    /// The journal's offset up to which everything can be read; `nil` before the first look at the tables.
    package var position: UInt64? { state.withLock { $0.position } }

    /// What keeps it from going on, for `/readyz` and the log; `nil` when nothing does.
    package var trouble: String? { state.withLock { $0.trouble } }

    /// Runs until the task is cancelled. To be called once.
    package func run() async {
        var place = Place()
        // From now on nothing is removed before this consumer has it. What SQL holds may not be synced yet, so the first
        // checkpoint, and not the stored position, lets go of anything.
        log.acknowledge(options.consumer, upTo: 0)
        while !Task.isCancelled {
            do {
                if place.isUnknown { place = Place(position: try await storedPosition(), checkpointed: time.now) }
                try await step(&place)
            } catch {
                if Task.isCancelled { break }
                report(error)
                do { try await time.sleep(for: options.retryDelay) } catch { break }
                if case .removed(let oldest) = error as? EventLogFailure {
                    place.position = max(place.position, oldest)
                }
            }
        }
        if !place.isUnknown { try? await checkpoint(&place) }
        state.withLock { $0.finish() }
    }

    package func catchUp() async {
        let end = log.end
        if let position, position >= end { return }
        await caughtUp(to: end)
    }

    /// Returns when everything before `offset` can be read, or when the patience is over: `false`.
    @discardableResult
    package func caughtUp(to offset: UInt64) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            let number = state.withLock { $0.reserve() }
            group.addTask {
                await withTaskCancellationHandler {
                    await withCheckedContinuation { self.park($0, number: number, until: offset) }
                } onCancel: {
                    self.state.withLock { $0.giveUp(number) }?.resume(returning: false)
                }
            }
            group.addTask {
                try? await self.time.sleep(for: self.options.patience)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }

    private func park(_ continuation: CheckedContinuation<Bool, Never>, number: UInt64, until offset: UInt64) {
        let (verdict, bell) = state.withLock { state in
            let verdict = state.park(continuation, number: number, until: offset)
            return (verdict, verdict == nil ? state.takeBell() : nil)
        }
        if let verdict { continuation.resume(returning: verdict) }
        bell?.resume()
    }

    /// Where the projector is, known to its own task only.
    private struct Place {
        var position: UInt64 = 0
        var checkpointed: MonotonicInstant?
        /// Events written since.
        var unsynced = 0
        var isUnknown: Bool { checkpointed == nil }
    }

    private func step(_ place: inout Place) async throws {
        let began = time.now
        let (events, next) = try await log.read(from: place.position, limit: options.batch)
        if next > place.position || !events.isEmpty {
            try await write(events, next: next)
            place.position = next
            place.unsynced += max(events.count, 1)
            projected.increment(by: events.count)
            lag.record(Double(log.end) - Double(min(next, log.end)))
            arrive(at: next)
        }
        try await checkpointWhenDue(&place)
        // Before the wait for more, which may be long: until then `/readyz` would say no.
        reportRecovery()
        if events.count == options.batch { return }
        if place.position >= log.end { try await waitForMore(place) }
        try await pause(until: began + options.pace)
    }

    /// A reader ends the pause.
    private func pause(until due: MonotonicInstant) async throws {
        guard time.now < due else { return }
        let time = time
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await time.sleep(until: due) }
            group.addTask { await self.reader() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Returns when a reader waits for the projection.
    private func reader() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Under the lock, since the cancellation comes for its continuation only once.
                let isWaiting = state.withLock { $0.hang(continuation, unless: Task.isCancelled) }
                if isWaiting { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.takeBell() }?.resume()
        }
    }

    /// Until something happens, or until what was written should be synced though nothing does.
    private func waitForMore(_ place: Place) async throws {
        let log = log
        guard place.unsynced > 0, let last = place.checkpointed else { return try await log.wait(for: place.position) }
        let time = time
        let due = last + options.checkpointInterval
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await log.wait(for: place.position) }
            group.addTask { try await time.sleep(until: due) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func write(_ events: [Event], next: UInt64) async throws {
        try await pool.write { db in
            var batch = try ProjectionBatch(db)
            try batch.write(events, next: next)
        }
    }

    private func checkpointWhenDue(_ place: inout Place) async throws {
        guard place.unsynced > 0, let last = place.checkpointed else { return }
        if place.unsynced >= options.checkpointEvents || time.now - last >= options.checkpointInterval {
            try await checkpoint(&place)
        }
    }

    private func checkpoint(_ place: inout Place) async throws {
        let pool = pool
        // In a task of its own, because the last checkpoint comes after the cancellation, which SQL would heed.
        let frames = try await Task { try await pool.writeWithoutTransaction { try $0.checkpoint(.passive) } }.value
        place.checkpointed = time.now
        // A reader that still looks at an older state keeps the checkpoint from its end: the next one will get there.
        guard frames.walFrameCount == frames.checkpointedFrameCount else { return }
        place.unsynced = 0
        log.acknowledge(options.consumer, upTo: place.position)
    }

    private func storedPosition() async throws -> UInt64 {
        let stored = try await pool.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT position FROM projections WHERE name = ?", arguments: [ProjectionStatements.name])
        }
        var position = UInt64(bitPattern: stored ?? 0)
        if position > log.end {
            logger.warning(
                "The message tables are ahead of the journal: it was replaced. Starting at its beginning",
                metadata: ["position": "\(position)", "end": "\(log.end)"])
            position = 0
        }
        arrive(at: position)
        return position
    }

    private func arrive(at position: UInt64) {
        for waiter in state.withLock({ $0.arrive(at: position) }) { waiter.resume(returning: true) }
    }

    private func reportRecovery() {
        let hadTrouble = state.withLock { state in
            defer { state.trouble = nil }
            return state.trouble != nil
        }
        if hadTrouble { logger.notice("The message tables follow the journal again") }
    }

    private func report(_ error: any Error) {
        let text = "\(error)"
        let isNew = state.withLock { state in
            defer { state.trouble = text }
            return state.trouble != text
        }
        if isNew {
            logger.error("The message tables cannot follow the journal", metadata: ["reason": "\(text)"])
        }
    }
}
