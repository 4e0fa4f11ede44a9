import Mail

/// Deliveries of one message that a lane has pulled and carries in one transaction. They stay linked to one another in
/// the scheduler, so pulling allocates nothing.
struct Batch {
    let site: SiteIndex
    let lane: Int
    let message: UInt32
    let first: UInt32
    let count: Int
    /// 1 for the first attempt.
    let attempt: Int
    /// When it was pulled, on the scheduler's clock.
    let pulledAt: UInt64
}

/// What became of one delivery of a batch.
enum Disposition: Equatable {
    /// Delivered or bounced: it has left the queue.
    case finished
    /// Deferred: it is tried again then.
    case retry(at: MonotonicInstant)
    /// Deferred, but somebody had cancelled the message meanwhile: it has left the queue.
    case cancelled
}
