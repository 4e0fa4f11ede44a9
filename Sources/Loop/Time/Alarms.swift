package import Mail

/// Timers that call back, for streams that have no loop of their own. Virtual in tests.
package protocol Alarms: Sendable {
    /// Calls `body` once, at or after the instant, on a thread of its choice.
    /// - Returns: what `cancel` takes.
    func call(at instant: MonotonicInstant, _ body: @escaping @Sendable () -> Void) -> UInt64
    /// Does nothing when the call was made already.
    func cancel(_ number: UInt64)
}
