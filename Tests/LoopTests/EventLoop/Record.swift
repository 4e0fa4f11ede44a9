import Synchronization

/// A list that closures on several threads append to.
final class Record: Sendable {
    private let state = Mutex<[Int]>([])
    func append(_ number: Int) { state.withLock { $0.append(number) } }
    var all: [Int] { state.withLock { $0 } }
}

final class Flag: Sendable {
    private let state = Atomic(false)
    func set() { state.store(true, ordering: .relaxed) }
    var isSet: Bool { state.load(ordering: .relaxed) }
}
