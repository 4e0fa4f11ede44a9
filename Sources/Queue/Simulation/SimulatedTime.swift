import Mail
import Synchronization

/// The clock of a simulation, for those parts of the queue that ask one: it stands still until it is moved.
final class SimulatedTime: TimeSource {
    private let state: Mutex<(now: MonotonicInstant, wall: WallTime)>

    init(now: MonotonicInstant, wall: WallTime) { state = Mutex((now, wall)) }

    var now: MonotonicInstant { state.withLock { $0.now } }
    var wall: WallTime { state.withLock { $0.wall } }

    func move(to now: MonotonicInstant, wall: WallTime) { state.withLock { $0 = (now, wall) } }

    /// Nobody sleeps in a simulation: what is to come is an event.
    func sleep(until deadline: MonotonicInstant) async throws(CancellationError) { throw CancellationError() }
}
