import Synchronization

/// The loops of the process: usually one per core.
package final class LoopGroup: Sendable {
    package let loops: [EventLoop]
    private let turn = Atomic<Int>(0)

    /// - Parameter count: at least 1.
    package init(count: Int) throws(LoopFailure) {
        var loops: [EventLoop] = []
        for index in 0..<max(1, count) { loops.append(try EventLoop(index: index)) }
        self.loops = loops
    }

    package func start() {
        for loop in loops { loop.start() }
    }

    /// Ends all threads and waits for them.
    package func stop() {
        for loop in loops { loop.stop() }
    }

    /// One loop after the other.
    package func next() -> EventLoop {
        let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: number) % UInt(loops.count))]
    }
}
