import Synchronization

/// What a test says about the machine.
final class Figures: Sendable {
    private let state = Mutex((free: 0.5, resident: 1, looks: 0))

    var free: Double {
        get {
            state.withLock { state in
                state.looks += 1
                return state.free
            }
        }
        set { state.withLock { $0.free = newValue } }
    }

    var resident: Int {
        get { state.withLock { $0.resident } }
        set { state.withLock { $0.resident = newValue } }
    }

    var looks: Int { state.withLock { $0.looks } }
}
