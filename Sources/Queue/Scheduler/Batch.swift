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
    /// The number of the source it leaves from; none: no sources are configured.
    var source: UInt16 = .none
    /// What was taken for it, to be settled when it ends. Kept here because a reload or a verb may change what its group
    /// is counted by while it is under way.
    var grant = Grant()
}

/// The counters that a batch was let pass by.
struct Grant {
    /// In the ledger: a place each.
    var meters = MeterNumbers()
    /// Among the scheduler's own meters, for (site, source): a place.
    var siteAndSource: UInt32 = .none
    /// In the daily ledger: as many as the batch has deliveries.
    var quota: UInt32 = .none
    var campaignQuota: UInt32 = .none
    var warmup: UInt32 = .none
}

/// What became of one delivery of a batch.
enum Disposition: Equatable {
    /// Delivered or bounced: it has left the queue.
    case finished
    /// A shaping rule gives it up although the reply was temporary: it has left the queue as `.bounced(.policy)`, with
    /// the reply that it got.
    case givenUp
    /// Deferred: it is tried again then.
    case retry(at: MonotonicInstant)
    /// Deferred, but somebody had cancelled the message meanwhile: it has left the queue.
    case cancelled
}
