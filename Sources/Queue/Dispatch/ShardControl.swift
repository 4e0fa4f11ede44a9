import Mail

/// What other threads may ask of a shard while it works.
extension Shard {
    /// Takes a message out of the queue and writes that down.
    func cancel(_ id: UUIDv7) -> Cancellation {
        // It may have been accepted a moment ago and still lie in the box.
        absorb()
        let (leaving, underWay) = scheduler.cancel(id)
        defer { work() }
        guard let leaving else { return Cancellation(cancelled: [], underWay: underWay) }
        let recipients = leaving.deliveries.map(\.recipient).sorted()
        tools.spool.note([
            .cancelled(
                message: id, number: leaving.message.number, tenant: leaving.message.tenant, at: time.wall,
                recipients: recipients)
        ])
        return Cancellation(cancelled: recipients, underWay: underWay)
    }

    func explain(_ id: UUIDv7) -> [(recipient: UInt32, reason: WaitReason)] {
        absorb()
        defer { work() }
        return scheduler.explain(id, now: time.now)
    }

    func counts() -> QueueCounts {
        absorb()
        work()
        tools.metrics.queue(scheduler.counts, shard: index, at: .distantFuture)
        return scheduler.snapshotCounts
    }

    func sites() -> [SiteView] { scheduler.siteViews(shard: index) }
}
