import Mail
import Synchronization

/// One direction of a memory link: bytes from one stream to another, on whatever executors they live.
final class MemoryPipe: Sendable {
    enum Reading {
        case bytes
        case nothing
        case ended
        case broken
    }

    @safe
    private struct Parked: Sendable {
        var continuation: UnsafeContinuation<Wake, Never>
        var ticket: UInt64
    }

    private struct State: ~Copyable {
        var bytes = Bytes()
        var isEnded = false
        var isBroken = false
        /// The reading end is gone: writing fails.
        var isDeaf = false
        var reader: Parked?
        var writer: Parked?
        var nextTicket: UInt64 = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    func read(into buffer: inout Bytes, atMost limit: Int) -> Reading {
        let (reading, taken, waker): (Reading, [UInt8], Parked?) = state.withLock { state in
            if state.isBroken { return (.broken, [], nil) }
            if state.bytes.isEmpty { return (state.isEnded ? .ended : .nothing, [], nil) }
            let taken = state.bytes.copy(0..<min(limit, state.bytes.count))
            state.bytes.consume(taken.count)
            return (.bytes, taken, state.writer.take())
        }
        buffer.append(taken)
        if let waker { unsafe waker.continuation.resume(returning: .ready) }
        return reading
    }

    /// How many of the bytes were taken; `nil` when the other end is gone.
    func write(_ bytes: borrowing Bytes) -> Int? {
        let all = bytes.copy()
        let (taken, waker): (Int?, Parked?) = state.withLock { state in
            if state.isBroken || state.isDeaf || state.isEnded { return (nil, nil) }
            let room = min(all.count, capacity - min(capacity, state.bytes.count))
            state.bytes.append(all.span.extracting(0..<room))
            return (room, room > 0 ? state.reader.take() : nil)
        }
        if let waker { unsafe waker.continuation.resume(returning: .ready) }
        return taken
    }

    /// The writer has said all it had to say.
    func end() { change { $0.isEnded = true } }
    /// The reader is gone.
    func stopListening() { change { $0.isDeaf = true } }
    /// Like a reset: what is under way is lost.
    func `break`() { change { $0.isBroken = true } }

    private func change(_ body: (inout State) -> Void) {
        let parked = state.withLock { state in
            body(&state)
            return [state.reader.take(), state.writer.take()]
        }
        for case let waiter? in parked { unsafe waiter.continuation.resume(returning: .ready) }
    }

    // MARK: Waiting

    /// Waits for bytes, or for room, or for the end of either side.
    func wait(
        for direction: Descriptor.Direction, until deadline: MonotonicInstant, alarms: (any Alarms)?
    ) async -> Wake {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        var alarm: UInt64?
        if deadline != .distantFuture { alarm = alarms?.call(at: deadline) { self.wake(ticket, .timedOut) } }
        let result = await unsafe suspend { continuation in
            unsafe park(Parked(continuation: continuation, ticket: ticket), direction)
        } onCancel: {
            wake(ticket, .cancelled)
        }
        if let alarm { alarms?.cancel(alarm) }
        return result
    }

    private func park(_ parked: Parked, _ direction: Descriptor.Direction) {
        if Task.isCancelled { return unsafe parked.continuation.resume(returning: .cancelled) }
        let isReady = state.withLock { state in
            // Something may have happened since the caller looked.
            if state.isBroken { return true }
            switch direction {
            case .reading:
                if !state.bytes.isEmpty || state.isEnded { return true }
                state.reader = parked
            case .writing:
                if state.bytes.count < capacity || state.isDeaf { return true }
                state.writer = parked
            }
            return false
        }
        if isReady { unsafe parked.continuation.resume(returning: .ready) }
    }

    private func wake(_ ticket: UInt64, _ result: Wake) {
        let parked: Parked? = state.withLock { state in
            if state.reader?.ticket == ticket { return state.reader.take() }
            if state.writer?.ticket == ticket { return state.writer.take() }
            return nil
        }
        if let parked { unsafe parked.continuation.resume(returning: result) }
    }
}
