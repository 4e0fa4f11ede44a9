/// The clock that every timeout, retry, throttle and schedule asks. Real in `Loop`, virtual in `MartletTesting`.
public protocol TimeSource: Sendable {
    var now: MonotonicInstant { get }
    var wall: WallTime { get }
    /// Returns at or after the deadline, or throws when the task is cancelled before.
    func sleep(until deadline: MonotonicInstant) async throws(CancellationError)
}

extension TimeSource {
    public func sleep(for duration: Duration) async throws(CancellationError) {
        try await sleep(until: now + duration)
    }
}
