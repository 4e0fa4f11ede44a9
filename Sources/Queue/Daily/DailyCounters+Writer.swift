import Logging
import Mail
import Synchronization

extension DailyCounters {
    /// How often gauges are set, outcomes made durable and a day's beginning looked for when no mail does.
    private static let interval = Duration.seconds(10)

    /// Writes whenever there is something to write. Returns after `close`, or when its task is cancelled: both write the
    /// exact counts at last.
    package func run() async {
        let isOpen = state.withLock { state in
            switch state.phase {
            case .waiting:
                state.phase = .running
                return true
            case .running: preconditionFailure("the counters are run twice")
            case .closed: return false
            }
        }
        guard isOpen else { return }
        bell.yield()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepTime() }
            for await _ in rings { await flush() }
            group.cancelAll()
        }
        await finish()
    }

    /// Lets nothing go any more and writes the exact counts. Call it when the queue has drained.
    package func close() async {
        let isRunning = state.withLock { state in
            if case .running = state.phase { true } else { false }
        }
        guard isRunning else {
            await finish()
            return
        }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if case .closed = state.phase { return true }
                state.closers.append(continuation)
                return false
            }
            if isOver { continuation.resume() } else { bell.finish() }
        }
    }

    private func keepTime() async {
        while true {
            do { try await time.sleep(for: Self.interval) } catch { return }
            look()
        }
    }

    /// What `run` does from time to time: begins the day, sets the gauges.
    func look() {
        let (progress, hasTurned) = change { book in
            book.look(at: time.now) { time.wall }
            book.noteOutcomes()
            return (book.progress, book.takeTurned())
        }
        metrics.record(progress)
        guard hasTurned else { return }
        for warmup in progress {
            logger.info(
                "warm-up: a new day",
                metadata: [
                    "source": "\(warmup.source)", "group": "\(warmup.group)", "day": "\(warmup.day)",
                    "stage": "\(warmup.stage)/\(warmup.stages)", "cap": "\(warmup.cap.map(String.init) ?? "none")",
                    "why": "\(warmup.judgement.map { "\($0)" } ?? "new")",
                ])
        }
    }

    /// One write: what operators have said, and every counter that is due.
    func flush() async {
        guard let store else { return }
        let (now, wall) = (time.now, time.wall)
        let (verbs, refused, write) = state.withLock { state in
            var previews: [UInt32: WarmupState] = [:]
            var verbs: [PendingVerb] = []
            var refused: [(PendingVerb, WarmupFailure)] = []
            for verb in state.verbs {
                switch state.book.preview(verb.change, of: verb.targets, after: previews) {
                case .success(let next):
                    previews = next
                    verbs.append(verb)
                case .failure(let failure): refused.append((verb, failure))
                }
            }
            state.verbs = []
            return (verbs, refused, state.book.nextWrite(at: now, wall: wall, previews: previews))
        }
        for (verb, failure) in refused { verb.answer.resume(returning: .failure(failure)) }
        guard let write else {
            for verb in verbs { verb.answer.resume(returning: .success([])) }
            return
        }
        do { try await store.save(DailyValue.section, write.values) } catch {
            if change({ $0.failed(write) }) {
                logger.error(
                    "warm-up counters cannot be written; what they limit waits", metadata: ["error": "\(error)"])
            }
            for verb in verbs { verb.answer.resume(returning: .failure(.storage)) }
            // Cancelled or not: who has to end does so, and the others try again.
            try? await time.sleep(for: DailyBook.brokenDelay)
            bell.yield()
            return
        }
        let done: [[WarmupProgress]] = change { book in
            book.written(write)
            return verbs.map { verb in
                book.perform(verb.change, on: verb.targets)
                return verb.targets.compactMap(book.progress)
            }
        }
        for (verb, progress) in zip(verbs, done) { verb.answer.resume(returning: .success(progress)) }
    }

    /// The last write, not to be cut short by the cancellation that may have led here.
    private func finish() async {
        let verbs: [PendingVerb]? = state.withLock { state in
            if case .closed = state.phase { return nil }
            state.phase = .closed
            state.book.close()
            defer { state.verbs = [] }
            return state.verbs
        }
        guard let verbs else { return }
        for verb in verbs { verb.answer.resume(returning: .failure(.shuttingDown)) }
        await Task { await self.writeLast() }.value
        let closers = state.withLock { state in
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }

    private func writeLast() async {
        guard let store else { return }
        let (now, wall) = (time.now, time.wall)
        guard let write = change({ $0.nextWrite(at: now, wall: wall) }) else { return }
        do { try await store.save(DailyValue.section, write.values) } catch {
            logger.error(
                "the last warm-up counters cannot be written; what was reserved counts as sent",
                metadata: ["error": "\(error)"])
        }
    }
}
