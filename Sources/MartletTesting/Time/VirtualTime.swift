import Loop
package import Mail
import Synchronization

/// A clock that stands still until a test moves it. Timers go off in the order of their instants and, at one instant,
/// in the order in which they were set, so that a run can be repeated exactly.
///
/// Moving the clock only makes sleepers runnable; where they run is their executor's business. With everything on a
/// `SimulatedLoop`, `SimulatedLoop.advance` also runs them before the clock moves on.
package final class VirtualTime: TimeSource, Alarms {
    private struct Timer {
        var due: MonotonicInstant
        var number: UInt64
        var action: @Sendable () -> Void
    }

    private struct State {
        var now = MonotonicInstant(nanoseconds: 0)
        /// A heap, the next to go off at its root.
        var heap: [Timer] = []
        var nextNumber: UInt64 = 1
        var cancelled: Set<UInt64> = []
        var pending: Set<UInt64> = []
    }

    private let state = Mutex(State())
    private let start: WallTime

    /// - Parameter start: the wall time at the beginning, 2027-01-01T00:00:00Z if not given.
    package init(start: WallTime = WallTime(milliseconds: 1_798_761_600_000)) { self.start = start }

    package var now: MonotonicInstant { state.withLock { $0.now } }
    package var wall: WallTime { start + .nanoseconds(now.nanoseconds) }

    /// Sleepers and timers that have not gone off.
    package var pendingCount: Int { state.withLock { $0.pending.count } }

    /// When the next timer goes off.
    package var nextDue: MonotonicInstant? { state.withLock { Self.dropCancelled(&$0)?.due } }

    /// Moves the clock and sets off what is due by then, in order. The clock shows each timer its own instant.
    package func advance(by duration: Duration) { advance(to: now + duration) }

    package func advance(to instant: MonotonicInstant) {
        while fireNext(by: instant) {}
        state.withLock { $0.now = max($0.now, instant) }
    }

    /// Sets the clock to the next timer that is due by then and sets it off. False: there is none.
    package func fireNext(by limit: MonotonicInstant = .distantFuture) -> Bool {
        let timer: Timer? = state.withLock { state in
            guard let next = Self.dropCancelled(&state), next.due <= limit else { return nil }
            Self.removeRoot(&state.heap)
            state.pending.remove(next.number)
            state.now = max(state.now, next.due)
            return next
        }
        timer?.action()
        return timer != nil
    }

    // MARK: Alarms

    package func call(at instant: MonotonicInstant, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            let number = state.nextNumber
            state.nextNumber += 1
            state.pending.insert(number)
            Self.insert(Timer(due: max(instant, state.now), number: number, action: body), into: &state.heap)
            return number
        }
    }

    package func cancel(_ number: UInt64) {
        state.withLock { state in
            if state.pending.remove(number) != nil { state.cancelled.insert(number) }
        }
    }

    // MARK: Sleeping

    package func sleep(until deadline: MonotonicInstant) async throws(CancellationError) {
        if Task.isCancelled { throw CancellationError() }
        if deadline <= now { return }
        let sleeper = Sleeper()
        let number = call(at: deadline) { sleeper.wake(true) }
        let isOver = await unsafe suspend {
            unsafe sleeper.park($0)
        } onCancel: {
            cancel(number)
            sleeper.wake(false)
        }
        if !isOver { throw CancellationError() }
    }

    // MARK: The heap

    private static func isBefore(_ a: Timer, _ b: Timer) -> Bool {
        a.due != b.due ? a.due < b.due : a.number < b.number
    }

    private static func insert(_ timer: Timer, into heap: inout [Timer]) {
        heap.append(timer)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private static func removeRoot(_ heap: inout [Timer]) {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var first = parent
            for child in 2 * parent + 1...2 * parent + 2 where child < heap.count {
                if isBefore(heap[child], heap[first]) { first = child }
            }
            if first == parent { return }
            heap.swapAt(parent, first)
            parent = first
        }
    }

    private static func dropCancelled(_ state: inout State) -> Timer? {
        while let next = state.heap.first, state.cancelled.remove(next.number) != nil { removeRoot(&state.heap) }
        return state.heap.first
    }
}

/// One sleeping task: woken once, by the clock or by its cancellation, perhaps before it lies down.
private final class Sleeper: Sendable {
    @safe
    private struct State {
        var continuation: UnsafeContinuation<Bool, Never>?
        var result: Bool?
    }

    private let state = Mutex(State())

    func park(_ continuation: UnsafeContinuation<Bool, Never>) {
        let result: Bool? = state.withLock { state in
            if state.result == nil { unsafe state.continuation = unsafe continuation }
            return state.result
        }
        if let result { unsafe continuation.resume(returning: result) }
    }

    func wake(_ isOver: Bool) {
        let waiting = unsafe state.withLock { state in
            if state.result == nil { state.result = isOver }
            return unsafe state.continuation.take()
        }
        unsafe waiting?.resume(returning: isOver)
    }
}
