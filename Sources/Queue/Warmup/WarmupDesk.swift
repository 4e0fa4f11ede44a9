/// What an operator sees of warm-ups and can do to them. `DailyCounters` is the one. Verbs are durable when they return;
/// one that throws has changed nothing. All may be called from any thread.
package protocol WarmupDesk: Sendable {
    /// In the order of the configuration, the groups of a source by name, `other` last.
    func warmups() -> [WarmupProgress]
    /// - Parameter group: `nil`: all groups of the source.
    /// - Returns: what they are now.
    func hold(
        source: String, group: String?, _ hold: WarmupHold
    ) async throws(WarmupFailure) -> [WarmupProgress]
    func resume(source: String, group: String?) async throws(WarmupFailure) -> [WarmupProgress]
    /// - Parameter stage: from 1; one more than there are finishes it. It holds for today already.
    func setStage(source: String, group: String?, _ stage: Int) async throws(WarmupFailure) -> [WarmupProgress]
}

package enum WarmupFailure: Error, Hashable, Sendable {
    /// It is not being warmed up, or is not configured at all. With those that are.
    case unknownSource(String, known: [String])
    case unknownGroup(String, known: [String])
    /// - Parameter stages: how many the plan has.
    case noSuchStage(Int, stages: Int)
    /// It could not be made durable, so it was not done.
    case storage
    case shuttingDown
}
