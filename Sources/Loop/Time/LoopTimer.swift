/// A timer of a loop that calls back, for what is not a task: a C library's timeout, the deadline of a request.
///
/// Made, set and cleared on its loop. May be dropped within `body`. Not Sendable: what owns it lives on the loop.
package final class LoopTimer {
    private let target: LoopCallback

    /// - Parameter body: called on the loop, once for every time the timer is set.
    package init(on loop: EventLoop, _ body: @escaping () -> Void) {
        target = LoopCallback(on: loop) { _ in body() }
        target.watch = Watch(timerFor: target, on: loop)
    }

    /// Sets the timer, or sets it anew. It may go off a few milliseconds early or late.
    package func set(after duration: Duration) { target.watch?.arm(after: duration) }

    package func clear() { target.watch?.disarm() }

    deinit { target.retire() }
}
