import CEvent
import Glibc
package import Mail
import Synchronization

/// One thread that waits for sockets and timers with libevent, and the executor of every actor pinned to it.
///
/// An actor whose `unownedExecutor` is a loop runs on the loop's thread and nowhere else, so that its sockets need no
/// lock, and actors of one loop call each other without a switch. What becomes ready on the loop goes to a queue that
/// only its thread touches; other threads come through the mailbox. Between two looks at the sockets the loop runs a
/// bounded number of jobs, so that a conversation with much to do cannot starve the others.
///
/// A loop is a task executor, too. A conversation's task should prefer its loop, `Task(executorPreference: loop)`:
/// then also what the concurrency library resumes by way of the generic executor (the end of another task, a stream
/// of values) comes straight here instead of through the global thread pool. What waits by `suspend` does so in any
/// case.
///
/// - Note: `@unchecked Sendable`, because: `index`, `mailbox`, `bell` and `thread` never change or lock themselves;
///   `base`, `doorbell`, `queue`, `batch` and the flags are touched only by the thread that runs the loop
///   (`isCurrent`), before that thread exists by the one that makes the loop, and after its end by `retire`, under a
///   lock.
/// - Traps: `stop` on the loop's own thread.
/// - Note: a job that reaches a loop after `stop` has returned is never run.
@safe
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// 0 ..< number of loops of the group.
    package let index: Int

    let base: EventBase
    private let bell: Doorbell
    private var doorbell: Watch?
    private let mailbox = Mailbox()
    private let thread = Atomic<pthread_t>(0)
    private let runner = Mutex<pthread_t?>(nil)
    private let afterlife = Mutex<Void>(())

    private var queue: [LoopEntry] = []
    private var batch: [LoopEntry] = []
    private var isStopping = false
    private var wantsPoll = false

    /// Jobs between two looks at the sockets.
    private static let jobsPerTurn = 128

    package init(index: Int) throws(LoopFailure) {
        // A peer that is gone must be an error of `write`, not the end of the process; OpenSSL offers no flag for it.
        _ = signal(SIGPIPE, SIG_IGN)
        self.index = index
        base = try EventBase()
        bell = try Doorbell(ringing: ())
        doorbell = Watch(descriptor: bell.descriptor, interest: .readable, target: bell, on: self)
        guard doorbell?.arm() == true else { throw .noEventBase }
    }

    deinit { doorbell = nil }

    /// Monotonic and wall clock; sleeping uses the timers of this loop.
    package var time: any TimeSource { LoopTime(loop: self) }

    /// The loop whose thread this is; `nil` on every other thread.
    package static var current: EventLoop? {
        guard let running = unsafe pthread_getspecific(threadKey) else { return nil }
        return unsafe Unmanaged<EventLoop>.fromOpaque(running).takeUnretainedValue()
    }

    private static let threadKey: pthread_key_t = {
        var key = pthread_key_t()
        let result = unsafe pthread_key_create(&key, nil)
        precondition(result == 0, "a process has at least 128 keys")
        return key
    }()

    /// Is this the loop's thread?
    package var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    /// May libevent be called from here? On the loop's thread, or while no thread runs the loop.
    var isTouchable: Bool {
        let owner = thread.load(ordering: .relaxed)
        return owner == 0 || owner == pthread_self()
    }

    /// Starts the thread. Does nothing when it runs.
    /// - Traps: when the machine has no thread left, which at the start of a process means that it cannot go on.
    package func start() {
        runner.withLock { runner in
            if runner != nil { return }
            var id = pthread_t()
            let argument = unsafe Unmanaged.passRetained(self).toOpaque()
            let result = unsafe pthread_create(&id, nil, martletRunLoop, argument)
            precondition(result == 0, "no thread for event loop \(index): error \(result)")
            runner = id
        }
    }

    /// Asks the thread to end once nothing is left to run, and waits for that.
    package func stop() {
        precondition(!isCurrent, "a loop cannot wait for its own end")
        guard let id = runner.withLock({ $0.take() }) else { return }
        submit { self.isStopping = true }
        pthread_join(id, nil)
    }

    /// Runs `work` on the loop's thread, soon. Never runs it at once.
    package func submit(_ work: @escaping @Sendable () -> Void) { post(.work(work)) }

    /// Frees what belongs to this loop, on its thread: at once when this is it.
    func retire(_ descriptor: Descriptor) {
        if isCurrent {
            descriptor.close()
        } else if !post(.work { descriptor.close() }) {
            afterlife.withLock { _ in descriptor.close() }
        }
    }

    /// Lets the sockets and the other jobs of the loop have a turn. Must be called on the loop.
    func yield() async {
        wantsPoll = true
        await unsafe suspend(on: self) { unsafe queue.append(.resumption($0)) }
    }

    @discardableResult
    private func post(_ entry: LoopEntry) -> Bool {
        if isCurrent {
            queue.append(entry)
            return true
        }
        switch mailbox.post(entry) {
        case .taken: return true
        case .wake:
            bell.ring()
            return true
        case .closed: return false
        }
    }

    // MARK: The executor

    package func enqueue(_ job: consuming ExecutorJob) { post(.job(UnownedJob(job))) }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    package func checkIsolated() { precondition(isCurrent, "not on event loop \(index)") }

    // MARK: The thread

    fileprivate func run() {
        thread.store(pthread_self(), ordering: .relaxed)
        unsafe pthread_setspecific(Self.threadKey, Unmanaged.passUnretained(self).toOpaque())
        while true {
            mailbox.take(into: &queue)
            runJobs()
            if isStopping && queue.isEmpty && mailbox.close() { break }
            base.turn(waiting: queue.isEmpty && !isStopping && mailbox.fallAsleep())
        }
        thread.store(0, ordering: .relaxed)
    }

    private func runJobs() {
        let executor = unsafe asUnownedSerialExecutor()
        let preference = unsafe asUnownedTaskExecutor()
        var left = Self.jobsPerTurn
        wantsPoll = false
        while !queue.isEmpty && left > 0 && !wantsPoll {
            swap(&queue, &batch)
            left -= batch.count
            for entry in batch {
                switch entry {
                case .job(let job): unsafe job.runSynchronously(isolatedTo: executor, taskExecutor: preference)
                case .work(let work): work()
                case .resumption(let continuation): unsafe continuation.resume()
                }
            }
            batch.removeAll(keepingCapacity: true)
        }
    }
}

private func martletRunLoop(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let loop = unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
    unsafe martlet_name_thread("loop-\(loop.index)")
    loop.run()
    return nil
}
