import Glibc
import Mail

/// Why a wait ended.
enum Wake: Sendable {
    case ready
    case timedOut
    case cancelled
    /// The descriptor was closed here.
    case closed
}

/// A non-blocking file descriptor on a loop, and the tasks that wait for it.
///
/// Waiting is edge-triggered: whoever waits has just met EAGAIN, and the next change wakes it. So the kernel is told
/// of the descriptor once, at the first wait, and a busy connection never comes to the watch at all. One timer serves
/// all deadlines: it is set when none earlier is pending, and when it goes off it looks at the deadline that holds by
/// then, so that moving a deadline with every command costs nothing.
///
/// `@unchecked Sendable`: everything runs on the loop's thread; other threads only pass the reference along, to
/// `retire` it or to cancel a wait through the mailbox.
@safe
final class Descriptor: WatchTarget, @unchecked Sendable {
    enum Direction { case reading, writing }

    @safe
    private struct Waiter {
        var continuation: UnsafeContinuation<Wake, Never>
        var direction: Direction
        var deadline: MonotonicInstant
        var ticket: UInt64
    }

    /// -1 once closed.
    private(set) var number: Int32
    /// A stream has at most two tasks in it: one that fills and one that flushes.
    private var waiters: (Waiter?, Waiter?)
    private var watch: Watch?
    private var timer: Watch?
    /// When the timer goes off; `nil` while it is not set.
    private var timerDue: MonotonicInstant?
    private var nextTicket: UInt64 = 0
    /// Changes that came while nobody waited for them. Between EAGAIN and `park` a task may be sent round the loop's
    /// queue once, and the kernel reports an edge only once: forgotten, it would leave the task asleep until its
    /// deadline.
    private var missed: Readiness = []
    let loop: EventLoop

    /// Takes over a descriptor.
    init(_ number: Int32, on loop: EventLoop) {
        self.number = number
        self.loop = loop
        waiters = (nil, nil)
    }

    var isOpen: Bool { number >= 0 }

    /// Waits for a change. Call it only after the descriptor said EAGAIN.
    /// - Traps: a third task waiting at once.
    func wait(for direction: Direction, until deadline: MonotonicInstant) async -> Wake {
        nextTicket &+= 1
        let ticket = nextTicket
        return await unsafe suspend(on: loop) { continuation in
            park(unsafe Waiter(continuation: continuation, direction: direction, deadline: deadline, ticket: ticket))
        } onCancel: {
            loop.submit { self.cancel(ticket) }
        }
    }

    private func park(_ waiter: Waiter) {
        precondition(loop.isCurrent, "a stream is used on its loop only")
        if !isOpen { return unsafe waiter.continuation.resume(returning: .closed) }
        // The cancellation handler may have run before there was anything to cancel.
        if Task.isCancelled { return unsafe waiter.continuation.resume(returning: .cancelled) }
        if waiter.deadline != .distantFuture {
            let now = SystemTime.now
            if waiter.deadline <= now { return unsafe waiter.continuation.resume(returning: .timedOut) }
            setTimer(for: waiter.deadline, now: now)
        }
        if watch == nil {
            watch = Watch(descriptor: number, interest: .changes, target: self, on: loop)
            // The kernel has no memory or no watch left: nothing would ever wake the task.
            guard watch?.arm() == true else {
                watch = nil
                return unsafe waiter.continuation.resume(returning: .closed)
            }
        }
        // At worst the change was from before EAGAIN, and the task meets EAGAIN once more.
        let wanted: Readiness = waiter.direction == .reading ? .read : .write
        if missed.remove(wanted) != nil { return unsafe waiter.continuation.resume(returning: .ready) }
        if waiters.0 == nil {
            waiters.0 = waiter
        } else {
            precondition(waiters.1 == nil, "a stream has one reader and one writer")
            waiters.1 = waiter
        }
    }

    private func setTimer(for deadline: MonotonicInstant, now: MonotonicInstant) {
        if let due = timerDue, due <= deadline { return }
        if timer == nil { timer = Watch(timerFor: self, on: loop) }
        timer?.arm(after: deadline - now)
        timerDue = deadline
    }

    private func cancel(_ ticket: UInt64) {
        wake(.cancelled) { $0.ticket == ticket }
    }

    override func becameReady(_ readiness: Readiness) {
        if readiness.contains(.timeout) { return timerWentOff() }
        let canRead = readiness.contains(.read)
        let canWrite = readiness.contains(.write)
        if canRead, !hasWaiter(.reading) { missed.insert(.read) }
        if canWrite, !hasWaiter(.writing) { missed.insert(.write) }
        wake(.ready) { waiter in
            switch waiter.direction {
            case .reading: canRead
            case .writing: canWrite
            }
        }
    }

    private func hasWaiter(_ direction: Direction) -> Bool {
        waiters.0?.direction == direction || waiters.1?.direction == direction
    }

    private func timerWentOff() {
        timerDue = nil
        let now = SystemTime.now
        wake(.timedOut) { $0.deadline <= now }
        let next = min(waiters.0?.deadline ?? .distantFuture, waiters.1?.deadline ?? .distantFuture)
        if next != .distantFuture { setTimer(for: next, now: now) }
    }

    private func wake(_ result: Wake, where isMeant: (Waiter) -> Bool) {
        if let waiter = waiters.0, isMeant(waiter) {
            waiters.0 = nil
            unsafe waiter.continuation.resume(returning: result)
        }
        if let waiter = waiters.1, isMeant(waiter) {
            waiters.1 = nil
            unsafe waiter.continuation.resume(returning: result)
        }
    }

    /// Frees the descriptor and wakes who waits. Does nothing the second time.
    ///
    /// The watch goes first: a number that the kernel has given away again must not be known to libevent any more.
    func close() {
        guard isOpen else { return }
        watch = nil
        timer = nil
        timerDue = nil
        _ = Glibc.close(number)
        number = -1
        wake(.closed) { _ in true }
    }
}
