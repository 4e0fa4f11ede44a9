import Glibc

/// What the writer thread sleeps on: a POSIX semaphore, the one primitive that any thread may post without a lock.
/// Rung more often than waited for, it stays rung; whoever rings does so only when the writer said that it sleeps.
///
/// `@unchecked Sendable`: the pointer is set once, freed by the last owner, and `sem_post` and the waits are made
/// to be called from several threads.
@safe final class Doorbell: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>

    private typealias ClockWait =
        @convention(c) (UnsafeMutablePointer<sem_t>, clockid_t, UnsafePointer<timespec>) -> Int32
    /// sem_clockwait(3), which is not in Swift's module of the C library; `nil` where the library has none.
    private static let clockWait: ClockWait? = {
        guard let found = unsafe dlsym(nil, "sem_clockwait") else { return nil }
        return unsafe unsafeBitCast(found, to: ClockWait.self)
    }()

    init() {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe semaphore.initialize(to: sem_t())
        let result = unsafe sem_init(semaphore, 0, 0)
        precondition(result == 0, "sem_init fails only for bad arguments")
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    func ring() { _ = unsafe sem_post(semaphore) }

    /// Returns when it was rung or the time is over. It may return early: the caller looks again at what it waits for.
    ///
    /// Real time and no `TimeSource`: this is how long a thread rests. By the monotonic clock: an outcome for which
    /// nobody rings must not lie for an hour because the wall clock was set back by one.
    func wait(for duration: Duration?) {
        guard let duration else {
            _ = unsafe sem_wait(semaphore)
            return
        }
        let clockWait = unsafe Self.clockWait
        var deadline = timespec()
        _ = unsafe clock_gettime(clockWait == nil ? CLOCK_REALTIME : CLOCK_MONOTONIC, &deadline)
        let (seconds, attoseconds) = duration.components
        deadline.tv_sec += Int(seconds)
        deadline.tv_nsec += Int(attoseconds / 1_000_000_000)
        if deadline.tv_nsec >= 1_000_000_000 {
            deadline.tv_sec += 1
            deadline.tv_nsec -= 1_000_000_000
        }
        if let clockWait = unsafe clockWait {
            _ = unsafe clockWait(semaphore, CLOCK_MONOTONIC, &deadline)
        } else {
            _ = unsafe sem_timedwait(semaphore, &deadline)
        }
    }
}
