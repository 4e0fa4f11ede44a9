import Mail

/// What the rules of `shaping.yaml` make of replies.
extension Scheduler {
    /// What becomes of one delivery.
    enum Shaped {
        /// As the retry plan says.
        case plan
        case wait(Duration)
        /// At once, from another source.
        case otherSource
        case giveUp
    }

    /// Tells the rules of a reply that was not a success, and obeys. What they say about more than this delivery holds
    /// here at once, and waits for `takeDirectives`.
    mutating func shape(
        _ delivery: UInt32, _ outcome: Outcome, of batch: Batch, now: MonotonicInstant, wall: WallTime
    ) -> Shaped {
        guard let desk = options.shaping, let reply = outcome.reply else { return .plan }
        let verdict = desk.observe(
            ShapingObservation(
                site: records[batch.site].name,
                source: batch.source == .none ? nil : egress.sources[Int(batch.source)].name,
                tenant: tenant(of: batch.message), host: outcome.host?.name ?? "", reply: reply,
                attempt: batch.attempt),
            at: now, wall: wall)
        for directive in verdict.directives { obey(directive, now: now, wall: wall) }
        if verdict.bounces { return .giveUp }
        guard let wait = verdict.retryIn else { return .plan }
        if wait > .zero { return .wait(wait) }
        // At once only where it cannot meet the same source again, or it would go round and round.
        guard batch.source != .none, holdOf(batch.source, at: batch.site) != nil else { return .plan }
        return .otherSource
    }

    mutating func obey(_ directive: ShapingDirective, now: MonotonicInstant, wall: WallTime) {
        // Twice what all shards together may keep: a flood of sites must not take all memory, and those who fill it are not
        // those who need it.
        guard holds.entries.count + meters.overrides.count < 2 * directive.roomOfRules else { return }
        directives.append(directive)
        switch directive {
        case .hold(let hold):
            apply(hold, until: hold.until.map { now + max(.zero, $0 - wall) }, now: now)
        case .limit(let limit):
            apply(limit, until: now + max(.zero, limit.until - wall), now: now)
        }
    }

    /// What rules have set here since the last call, for the other shards and for the next start.
    mutating func takeDirectives() -> [ShapingDirective] {
        guard !directives.isEmpty else { return [] }
        defer { directives = [] }
        return directives
    }
}
