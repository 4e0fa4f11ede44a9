import Mail
import Synchronization

/// What other threads may ask of a shard while it works.
extension Shard {
    func explanations(of id: UUIDv7) -> [DeliveryExplanation] {
        // It may have been accepted a moment ago and still lie in the box.
        absorb()
        defer { work() }
        return scheduler.explanations(of: id, now: time.now)
    }

    func counts() -> QueueCounts {
        absorb()
        work()
        tools.metrics.queue(scheduler.counts, shard: index, at: .distantFuture)
        return scheduler.snapshotCounts
    }

    func sites() -> [SiteView] { scheduler.siteViews(shard: index) }

    // MARK: Orders

    /// What has been ordered since the last time.
    func obey(now: MonotonicInstant) {
        for order in tools.control.takeOrders(of: index) {
            switch order {
            case .hold(let hold, let until): scheduler.apply(hold, until: until, now: now)
            case .release(let id): scheduler.release(hold: id)
            case .limit(let limit, let until): scheduler.apply(limit, until: until, now: now)
            case .routes(let book): scheduler.obey(book)
            }
        }
    }

    /// Obeys, and lets out what a resume has set free.
    func lookAtOrders() {
        absorb()
        work()
    }

    /// What rules have set here holds in the other shards, too.
    func shareDirectives() {
        guard !scheduler.directives.isEmpty else { return }
        guard tools.control.take(scheduler.takeDirectives()) else { return }
        for (place, box) in tools.boxes.enumerated() where place != index { box.ring() }
    }

    /// A reload.
    func replace(_ options: SchedulerOptions, ledger: (any CreditLedger)?) {
        scheduler.replace(options: options, ledger: ledger, now: time.now)
        work()
    }

    // MARK: Verbs

    /// Carries out a verb, some thousands of deliveries at a time; in between the loop does its other work. What a step
    /// has taken out of the queue is durable before the next one begins, so no more than that lies in memory, and a
    /// crash leaves each delivery either in the queue or written down as gone.
    ///
    /// - Parameter note: what the journal is told of the deliveries of one message that left.
    /// - Returns: what was done, and whether the journal took it. If not, the verb has stopped.
    func perform(
        _ verb: SelectVerb, _ selector: QueueSelector, upTo: UInt64,
        note: @escaping @Sendable (Removed, WallTime) -> JournalNote
    ) async -> (result: VerbResult, isDurable: Bool) {
        absorb()
        let underWay = underWay(selector, upTo: upTo)
        var selection = scheduler.select(selector, verb, upTo: upTo, now: time.now)
        if verb == .remove { removals.add(selector, upTo: upTo, at: scheduler.clock.elapsed(time.now), note) }
        var isDurable = true
        // While the disk writes down what one step has taken out, the next one is made ready; never more than these two.
        var writing: Task<Void, Never>?
        let answer = CommitAnswer()
        while true {
            let removed = scheduler.step(&selection)
            await writing?.value
            writing = nil
            if !removed.isEmpty {
                let wall = time.wall
                let notes = removed.map { note($0, wall) }
                writing = spawn { shard in
                    if await !shard.tools.spool.commit(notes) { answer.hasFailed.store(true, ordering: .relaxed) }
                }
            }
            await Task.yield()
            isDurable = !answer.hasFailed.load(ordering: .relaxed)
            if selection.isDone || !isDurable { break }
        }
        await writing?.value
        isDurable = !answer.hasFailed.load(ordering: .relaxed)
        work()
        if let underWay { selection.result.underWay = underWay }
        return (selection.result, isDurable)
    }

    /// Of a selector by site, whose lists hold nothing that is under way; `nil`: the verb comes by it itself.
    private func underWay(_ selector: QueueSelector, upTo: UInt64) -> Int? {
        guard let name = selector.site, selector.message == nil, selector.destination == nil else { return nil }
        guard let site = scheduler.findSite(named: name) else { return 0 }
        return watch.lanes.all.reduce(0) { sum, batch in
            let isMeant =
                batch.site == site && scheduler.messages[batch.message].number <= upTo
                && scheduler.matches(scheduler.messages[batch.message].group, selector)
            return isMeant ? sum + batch.count : sum
        }
    }

    func knows(site name: String) -> Bool { scheduler.findSite(named: name) != nil }
}

/// Whether the journal has refused a step of a verb.
private final class CommitAnswer: Sendable {
    let hasFailed = Atomic(false)
}

/// The last verbs that took deliveries out of the queue. What was under way then leaves when it comes back and was not
/// delivered; the journal is told of it in the same words as of the others.
struct Removals {
    struct Verb {
        var selector: QueueSelector
        var upTo: UInt64
        /// On the scheduler's clock: what was pulled later is not meant.
        var at: UInt64
        var note: @Sendable (Removed, WallTime) -> JournalNote
    }

    fileprivate private(set) var verbs: [Verb] = []

    mutating func add(
        _ selector: QueueSelector, upTo: UInt64, at: UInt64,
        _ note: @escaping @Sendable (Removed, WallTime) -> JournalNote
    ) {
        verbs.removeAll { $0.at + SelectState.doomAge < at }
        if verbs.count >= SelectState.doomLimit { verbs.removeFirst() }
        verbs.append(Verb(selector: selector, upTo: upTo, at: at, note: note))
    }
}

extension Shard {
    /// Those that may have meant deliveries of a batch that is under way, apart from the destination, which the batch
    /// may have several of. To be asked while the scheduler still knows the message.
    func removals(of batch: Batch) -> [Removals.Verb] {
        removals.verbs.filter { verb in
            let message = scheduler.messages[batch.message]
            return batch.pulledAt <= verb.at && message.number <= verb.upTo
                && (verb.selector.message ?? message.id) == message.id
                && (verb.selector.site ?? scheduler.records[batch.site].name) == scheduler.records[batch.site].name
                && scheduler.matches(message.group, verb.selector)
        }
    }
}
