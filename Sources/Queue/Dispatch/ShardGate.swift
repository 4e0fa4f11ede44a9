import Mail

extension Shard {
    /// What the limits ask of the connections that a batch travels on.
    func connectionTerms(of batch: Batch) -> ConnectionTerms {
        var terms = ConnectionTerms(mixesDestinations: scheduler.sites[batch.site].limits.mixesDestinations)
        guard let limits = scheduler.connectionTerms(of: batch) else { return terms }
        if limits.asks { terms.gate = BatchGate(shard: self, batch: batch) }
        terms.messagesPerConnection = limits.messages
        terms.siteConnections = limits.siteConnections
        terms.sourceConnections = limits.sourceConnections
        return terms
    }

    /// Waits for credit for a new connection, and takes it.
    func mayConnect(_ batch: Batch) async -> Bool {
        while !scheduler.suspensions.contains(.draining) {
            let now = time.now
            guard let earliest = scheduler.connect(batch, now: now) else { return true }
            // Not longer at a time than somebody who drains the queue has patience.
            let wake = min(earliest, now + .seconds(1))
            do { try await time.sleep(until: wake) } catch { return false }
        }
        return false
    }
}

/// Stands before the connections of one batch.
private struct BatchGate: ConnectionGate {
    let shard: Shard
    let batch: Batch

    func mayConnect() async -> Bool { await shard.mayConnect(batch) }
}
