import Glibc
import Loop
import Mail
import Synchronization

/// An executor that runs nothing until it is told to, on the thread that tells it: an event loop without time and
/// sockets.
///
/// It is the executor of actors pinned to it and of tasks that prefer it (`Task(executorPreference:)`, with their
/// children). Actors pinned to it, `MemoryStream`s between them and its `VirtualTime` make a whole engine that runs
/// in one thread and alike every time, thirty days in a second. Everything that takes part must live on it: a task on
/// another executor is not waited for, except by `run`.
///
/// - Traps: two threads running it at once.
package final class SimulatedLoop: SerialExecutor, TaskExecutor {
    package let time: VirtualTime
    private let jobs = Mutex<[UnownedJob]>([])
    private let thread = Atomic<pthread_t>(0)

    package init(time: VirtualTime = VirtualTime()) { self.time = time }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    package func isIsolatingCurrentContext() -> Bool? { thread.load(ordering: .relaxed) == pthread_self() }

    package func checkIsolated() {
        precondition(thread.load(ordering: .relaxed) == pthread_self(), "not on the simulated loop")
    }

    /// Runs jobs until there are none. The clock stands still. False: there were none.
    @discardableResult
    package func runUntilIdle() -> Bool {
        var didRun = false
        occupy {
            let executor = unsafe asUnownedSerialExecutor()
            let preference = unsafe asUnownedTaskExecutor()
            while true {
                var batch: [UnownedJob] = []
                jobs.withLock { swap(&$0, &batch) }
                if batch.isEmpty { return }
                didRun = true
                for job in batch { unsafe job.runSynchronously(isolatedTo: executor, taskExecutor: preference) }
            }
        }
        return didRun
    }

    /// Moves the clock, from timer to timer, and runs everything that becomes runnable at each of them.
    package func advance(by duration: Duration) {
        let end = time.now + duration
        runUntilIdle()
        while time.fireNext(by: end) { runUntilIdle() }
        time.advance(to: end)
    }

    /// Runs, moving the clock from timer to timer, until the condition holds. False: it does not, and nothing is left
    /// to happen before `limit`.
    package func run(
        until isDone: () -> Bool, within limit: Duration = .seconds(400 * 86_400)
    ) -> Bool {
        let end = time.now + limit
        runUntilIdle()
        while !isDone() {
            guard time.fireNext(by: end) else { return isDone() }
            runUntilIdle()
        }
        return true
    }

    /// Runs the body as a task of this loop, moving the clock whenever everybody waits for it, and returns its result.
    ///
    /// When nothing is runnable and no timer is set, a job may still come from another thread: the real time it is
    /// waited for is `patience`.
    /// - Throws: what the body throws, or `Stalled` when it waits for something that cannot happen.
    package func run<Result: Sendable>(
        patience: Duration = .seconds(10), _ body: @escaping @Sendable (isolated Stage) async throws -> Result
    ) async throws -> Result {
        let thread = BlockingPool(name: "simulation", threads: 1)
        return try await thread.run { try self.runHere(body, patience) }
    }

    /// Like `run`, on the calling thread, which must not be one of the concurrency library's own.
    private func runHere<Result: Sendable>(
        _ body: @escaping @Sendable (isolated Stage) async throws -> Result, _ patience: Duration
    ) throws -> Result {
        let stage = Stage(on: self)
        let outcome = StageResult<Result>()
        Task(executorPreference: self) {
            do { outcome.set(.success(try await stage.perform(body))) } catch { outcome.set(.failure(error)) }
        }
        var end = SystemTime().now + patience
        while true {
            if runUntilIdle() { end = SystemTime().now + patience }
            if let result = outcome.result { return try result.get() }
            if time.fireNext() { continue }
            if SystemTime().now > end { throw Stalled() }
            sched_yield()
        }
    }

    private func occupy(_ body: () -> Void) {
        let (isFree, _) = thread.compareExchange(
            expected: 0, desired: pthread_self(), ordering: .acquiringAndReleasing)
        precondition(isFree, "another thread runs this simulated loop, or a job of it does")
        defer { thread.store(0, ordering: .releasing) }
        body()
    }
}

/// A simulation in which everybody waits for something that nobody will do.
package struct Stalled: Error {}
