import CoreMetrics
import Synchronization

/// A monotonic count. Fractions are rounded down: nothing here counts in parts.
final class AtomicCounter: CounterHandler, FloatingPointCounterHandler, Sendable {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
    func increment(by amount: Double) { count.wrappingAdd(Int64(amount), ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
}
