import CEvent
import Glibc
import Synchronization

/// A few threads for work that blocks or computes for long: fsync, RSA, database calls. Loops hand it over and go on.
package final class BlockingPool: Sendable {
    private let crew: Crew

    /// - Parameter threads: at least 1.
    package init(name: String, threads: Int) {
        crew = Crew()
        for number in 0..<max(1, threads) { crew.hire("\(name)-\(number)") }
    }

    /// The threads end once the work already handed over is done.
    deinit { crew.dismiss() }

    /// Runs `body` on a thread of the pool and returns on the caller's executor. Not cancellable: the work has no place
    /// where it could stop.
    package func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = await unsafe suspend { continuation in
            crew.hand {
                do throws(Failure) {
                    unsafe continuation.resume(returning: .success(try body()))
                } catch {
                    unsafe continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

/// What the threads share: a queue and a condition to wait for.
///
/// `@unchecked Sendable`: `work` and `isDismissed` are touched only while `lock` is held; the lock and the condition
/// are at fixed addresses for the life of this object, which every thread holds.
@safe
private final class Crew: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var work: [@Sendable () -> Void] = []
    private var first = 0
    private var isDismissed = false

    init() {
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(lock)
        unsafe condition.deallocate()
        unsafe lock.deallocate()
    }

    func hire(_ name: String) {
        let start = ThreadStart(name: name) { self.labour() }
        let argument = unsafe Unmanaged.passRetained(start).toOpaque()
        var id = pthread_t()
        let result = unsafe pthread_create(&id, nil, martletRunThread, argument)
        precondition(result == 0, "no thread for \(name): error \(result)")
        pthread_detach(id)
    }

    func hand(_ task: @escaping @Sendable () -> Void) {
        unsafe pthread_mutex_lock(lock)
        work.append(task)
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(lock)
    }

    func dismiss() {
        unsafe pthread_mutex_lock(lock)
        isDismissed = true
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(lock)
    }

    private func labour() {
        while let task = next() { task() }
    }

    private func next() -> (@Sendable () -> Void)? {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while first == work.count {
            if isDismissed { return nil }
            unsafe pthread_cond_wait(condition, lock)
        }
        let task = work[first]
        first += 1
        if first == work.count {
            work.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 1024 {
            work.removeFirst(first)
            first = 0
        }
        return task
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func martletRunThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    // The kernel takes 15 bytes.
    unsafe martlet_name_thread(String(start.name.prefix(15)))
    start.body()
    return nil
}
