import Synchronization

/// How much several workers of a bench do together: so many operations, until so late, and no more bytes than that.
final class LoadLimit: Sendable {
    private let operations: Int
    private let deadline: UInt64
    private let taken = Atomic(0)
    private let isOver = Atomic(false)

    /// - Parameter deadline: nanoseconds of CLOCK_MONOTONIC.
    init(operations: Int, deadline: UInt64) {
        self.operations = operations
        self.deadline = deadline
    }

    /// The number of the next operation; `nil`: there is none.
    func next() -> Int? {
        if isOver.load(ordering: .relaxed) || ProcessClock.now >= deadline { return nil }
        let number = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        return number < operations ? number : nil
    }

    /// Nobody begins another one.
    func end() { isOver.store(true, ordering: .relaxed) }
}
