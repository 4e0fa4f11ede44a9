import Mail

/// The machine's clocks with the timers of a loop. Sleeping works from any thread; from the loop's own it is cheap.
struct LoopTime: TimeSource {
    let loop: EventLoop

    var now: MonotonicInstant { SystemTime.now }
    var wall: WallTime { SystemTime.wall }

    func sleep(until deadline: MonotonicInstant) async throws(CancellationError) {
        if Task.isCancelled { throw CancellationError() }
        if deadline <= now { return }
        let sleeper = Sleeper(deadline: deadline, loop: loop)
        let isOver = await unsafe suspend {
            unsafe sleeper.start($0)
        } onCancel: {
            loop.submit { sleeper.cancel() }
        }
        if !isOver { throw CancellationError() }
    }
}

/// One sleeping task.
///
/// `@unchecked Sendable`: everything but `start` runs on the loop's thread, and `start` only goes there.
@safe
private final class Sleeper: WatchTarget, @unchecked Sendable {
    private var timer: Watch?
    private var continuation: UnsafeContinuation<Bool, Never>?
    private var isCancelled = false
    /// The timer points here, so this object holds itself while it is armed.
    private var keptAlive: Sleeper?
    private let deadline: MonotonicInstant
    private let loop: EventLoop

    init(deadline: MonotonicInstant, loop: EventLoop) {
        self.deadline = deadline
        self.loop = loop
    }

    func start(_ continuation: UnsafeContinuation<Bool, Never>) {
        if loop.isCurrent { return unsafe arm(continuation) }
        loop.submit { unsafe self.arm(continuation) }
    }

    private func arm(_ continuation: UnsafeContinuation<Bool, Never>) {
        if isCancelled { return unsafe continuation.resume(returning: false) }
        unsafe self.continuation = unsafe continuation
        timer = Watch(timerFor: self, on: loop)
        timer?.arm(after: deadline - SystemTime.now)
        keptAlive = self
    }

    func cancel() {
        isCancelled = true
        finish(false)
    }

    override func becameReady(_ readiness: Readiness) {
        let rest = deadline - SystemTime.now
        if rest > .zero { timer?.arm(after: rest) } else { finish(true) }
    }

    private func finish(_ isOver: Bool) {
        guard let waiting = unsafe continuation else { return }
        let me = keptAlive
        defer { withExtendedLifetime(me) {} }
        unsafe continuation = nil
        timer = nil
        keptAlive = nil
        unsafe waiting.resume(returning: isOver)
    }
}
