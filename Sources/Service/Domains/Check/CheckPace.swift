import Mail
import Synchronization

/// Holds back who asks for one domain's check again and again: each costs two dozen questions to other people's name
/// servers.
final class CheckPace: Sendable {
    private let pause: Duration
    private let time: any TimeSource
    private let last = Mutex<[UUIDv7: MonotonicInstant]>([:])

    init(pause: Duration, time: any TimeSource) {
        self.pause = pause
        self.time = time
    }

    /// Takes the turn, or says how long it is until there is one.
    func wait(for id: UUIDv7) -> Duration? {
        let now = time.now
        return last.withLock { last in
            if let before = last[id], before + pause > now { return before + pause - now }
            if last.count >= 1_000 { last = last.filter { $0.value + pause > now } }
            last[id] = now
            return nil
        }
    }
}
