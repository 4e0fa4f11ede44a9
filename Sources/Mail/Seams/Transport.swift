/// The pluggable core: carries deliveries out of the machine. A third party may write one in a package of its own.
///
/// The queue calls `carry` on the executor of the lane's shard, one call at a time per lane, and asks for the next batch
/// only when the call has returned. So a transport may keep state (a connection) per lane without a lock.
public protocol Transport: Sendable {
    /// Carries one batch and reports one outcome per recipient, in the order of the batch's envelope. Never throws: what
    /// goes wrong is an outcome. Returns in bounded time, because every step inside has a timeout.
    func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome]
    /// Ends idle connections politely and refuses further batches with `.deferred(.shuttingDown)`.
    func shutDown() async
}
