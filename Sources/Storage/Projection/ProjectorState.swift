/// What the projector shares with its readers: how far it is, and who waits for it.
struct ProjectorState {
    var position: UInt64?
    var trouble: String?
    private var isFinished = false
    private var nextNumber: UInt64 = 0
    private var waiters: [UInt64: Waiter] = [:]
    /// What ends the projector's pause.
    private var bell: CheckedContinuation<Void, Never>?

    private struct Waiter {
        var offset: UInt64
        var continuation: CheckedContinuation<Bool, Never>?
    }

    /// A place in the queue, taken before the wait begins, so that giving up may come first.
    mutating func reserve() -> UInt64 {
        nextNumber += 1
        waiters[nextNumber] = Waiter(offset: .max)
        return nextNumber
    }

    /// `nil`: the continuation is kept and will be resumed. Otherwise the caller resumes it with what is returned.
    mutating func park(_ continuation: CheckedContinuation<Bool, Never>, number: UInt64, until offset: UInt64) -> Bool?
    {
        guard waiters[number] != nil else { return false }
        if let position, position >= offset {
            waiters[number] = nil
            return true
        }
        guard !isFinished else {
            waiters[number] = nil
            return false
        }
        waiters[number] = Waiter(offset: offset, continuation: continuation)
        return nil
    }

    mutating func giveUp(_ number: UInt64) -> CheckedContinuation<Bool, Never>? {
        waiters.removeValue(forKey: number)?.continuation
    }

    /// Who has waited long enough.
    mutating func arrive(at position: UInt64) -> [CheckedContinuation<Bool, Never>] {
        self.position = position
        var ready: [CheckedContinuation<Bool, Never>] = []
        for (number, waiter) in waiters where waiter.offset <= position {
            waiters[number] = nil
            if let continuation = waiter.continuation { ready.append(continuation) }
        }
        return ready
    }

    /// `true`: the continuation is not kept, because a reader waits already or the pause is over.
    mutating func hang(_ bell: CheckedContinuation<Void, Never>, unless isOver: Bool) -> Bool {
        if isOver || waiters.values.contains(where: { $0.continuation != nil }) { return true }
        self.bell = bell
        return false
    }

    mutating func takeBell() -> CheckedContinuation<Void, Never>? {
        defer { bell = nil }
        return bell
    }

    /// Nothing more will be projected: nobody waits in vain from now on. Those who wait already have their patience.
    mutating func finish() { isFinished = true }
}
