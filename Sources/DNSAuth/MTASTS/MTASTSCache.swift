import Logging
package import Mail
import Synchronization

/// The policies of all destinations: fetched when they are first needed, kept for as long as they say, refreshed before
/// they expire, and saved so that a restart forgets none (RFC 8461 §3.3, §5.1, §10.2). What follows from what is known
/// decides `MTASTSTable`.
///
/// May be called from anywhere. A kept policy costs the look-up of its record, which the resolver has in its cache;
/// equal fetches share one.
/// - Traps: `load` belongs before the first question, `run` into a task of its own, `flush` before the end.
/// - Note: a cancelled caller still waits for a fetch, whose time the check bounds.
package final class MTASTSCache: MTASTSSource {
    private struct State {
        var table: MTASTSTable
        var counts = MTASTSCounts()
        /// One task for each fetch under way; everybody who needs it awaits it.
        var inFlight: [Domain: Task<MTASTSFetch, Never>] = [:]
        var isDirty = false
        /// The last save did not succeed, which has been said.
        var isSaveFailing = false
        /// Waits for more changes.
        var saver: Task<Void, Never>?
        var lastSave: Task<Void, Never>?
    }

    private let check: MTASTSCheck
    private let store: (any MTASTSPolicyStore)?
    private let options: MTASTSCacheOptions
    private let time: any TimeSource
    private let executor: (any TaskExecutor)?
    private let log = Logger(label: "mta-sts")
    private let state: Mutex<State>

    /// - Parameters:
    ///   - store: `nil`: a restart forgets everything.
    ///   - executor: where fetches run; a loop in the engine.
    package init(
        check: MTASTSCheck, store: (any MTASTSPolicyStore)? = nil, options: MTASTSCacheOptions = MTASTSCacheOptions(),
        time: any TimeSource, executor: (any TaskExecutor)? = nil
    ) {
        self.check = check
        self.store = store
        self.options = options
        self.time = time
        self.executor = executor
        state = Mutex(State(table: MTASTSTable(options)))
    }

    package var counts: MTASTSCounts {
        state.withLock { state in
            var counts = state.counts
            counts.policies = state.table.policyCount
            counts.evicted = state.table.evicted
            return counts
        }
    }

    package func policy(for destination: Domain) async -> DestinationTLSPolicy.STS {
        if destination.isAddressLiteral { return .absent }
        let lookup = await check.record(for: destination)
        switch decide(destination, lookup) {
        case .use(let policy, let refresh):
            if refresh { _ = fetch(destination, id: Self.id(lookup) ?? policy.id) }
            return Self.answer(policy)
        case .fetch(let id):
            switch await fetch(destination, id: id).value {
            case .policy(let policy): return Self.answer(policy)
            case .failure(let failure):
                // RFC 8461 §5.1: the kept policy holds although the new one cannot be had.
                let kept = state.withLock { $0.table.live(destination, at: time.wall) }
                return kept.map(Self.answer) ?? .unavailable(reason: failure)
            }
        case .unavailable(let failure, let id):
            if let id { _ = fetch(destination, id: id) }
            return .unavailable(reason: failure)
        case .absent: return .absent
        }
    }

    private func decide(_ domain: Domain, _ lookup: MTASTSLookup) -> MTASTSTable.Decision {
        let (now, wall) = (time.now, time.wall)
        return state.withLock { state in
            let decision = state.table.decide(domain, lookup, now: now, wall: wall)
            if case .use = decision { state.counts.hits += 1 }
            return decision
        }
    }

    private static func answer(_ policy: MTASTSPolicy) -> DestinationTLSPolicy.STS {
        switch policy.mode {
        case .enforce: .enforce(policy)
        case .testing: .testing(policy)
        // RFC 8461 §5: as if there were no policy.
        case .none: .absent
        }
    }

    private static func id(_ lookup: MTASTSLookup) -> String? {
        if case .found(let record) = lookup { record.id } else { nil }
    }

    // MARK: Fetching

    private func fetch(_ domain: Domain, id: String) -> Task<MTASTSFetch, Never> {
        state.withLock { state in
            if let running = state.inFlight[domain] { return running }
            state.counts.fetches += 1
            let task = Task(executorPreference: executor) {
                let result = await self.check.fetch(domain, id: id)
                self.note(result, for: domain)
                return result
            }
            state.inFlight[domain] = task
            return task
        }
    }

    private func note(_ result: MTASTSFetch, for domain: Domain) {
        let (now, wall) = (time.now, time.wall)
        let expiring: WallTime? = state.withLock { state in
            state.inFlight[domain] = nil
            switch result {
            case .policy(let policy):
                state.table.keep(policy, for: domain, now: now, fetchedAt: wall)
                scheduleSave(&state)
                return nil
            case .failure(let failure):
                state.counts.failures += 1
                let isNews = state.table.entries[domain]?.failure == nil
                state.table.fail(failure, for: domain, now: now)
                // Said once, and not every five minutes until it works again.
                guard isNews, let kept = state.table.live(domain, at: wall), let entry = state.table.entries[domain]
                else {
                    return nil
                }
                return entry.fetchedAt + .seconds(kept.maxAge)
            }
        }
        // RFC 8461 §10.2: somebody should know before the policy is gone.
        if let expiring, case .failure(let failure) = result {
            log.warning(
                "MTA-STS policy cannot be refreshed",
                metadata: [
                    "domain": "\(domain)", "expires": "\(expiring.rfc3339)", "failure": "\(failure)",
                ])
        }
    }

    // MARK: Care

    /// Refreshes what would expire and forgets what has, until the task is cancelled.
    package func run() async {
        while (try? await time.sleep(for: options.sweepInterval)) != nil { await sweep() }
    }

    /// One round of `run`.
    func sweep() async {
        let (now, wall) = (time.now, time.wall)
        let due = state.withLock { state in
            state.table.purge(now: now, wall: wall)
            return state.table.due(now: now, wall: wall)
        }
        await withTaskGroup(of: Void.self) { group in
            for (index, item) in due.enumerated() {
                if index >= max(1, options.parallelRefreshes) { await group.next() }
                if Task.isCancelled { break }
                group.addTask {
                    // RFC 8461 §10.2: also without a record, which somebody may be suppressing.
                    let lookup = await self.check.record(for: item.domain)
                    _ = await self.fetch(item.domain, id: Self.id(lookup) ?? item.id).value
                }
            }
        }
    }

    // MARK: The store

    /// Takes over what was saved. A file that cannot be read is reported and means an empty cache.
    package func load() async {
        guard let store else { return }
        do throws(MTASTSStoreFailure) {
            let saved = try await store.load()
            let (now, wall) = (time.now, time.wall)
            state.withLock { state in
                for stored in saved where wall < stored.expiresAt {
                    // A clock that was set back must not lengthen a policy's life.
                    let fetchedAt = min(stored.fetchedAt, wall)
                    state.table.keep(stored.policy, for: stored.domain, now: now, fetchedAt: fetchedAt)
                }
            }
        } catch {
            log.error(
                "saved MTA-STS policies cannot be read: all are fetched again, and the file is replaced",
                metadata: ["failure": "\(error)"])
        }
    }

    /// Saves what has changed, and returns when that is done.
    package func flush() async {
        let saver = state.withLock { $0.saver }
        saver?.cancel()
        await saver?.value
        await save()
    }

    private func scheduleSave(_ state: inout State) {
        state.isDirty = true
        guard store != nil, state.saver == nil else { return }
        state.saver = Task(executorPreference: executor) {
            try? await self.time.sleep(for: self.options.saveDelay)
            self.state.withLock { $0.saver = nil }
            await self.save()
        }
    }

    /// One after the other: two writers at once would spoil the file.
    private func save() async {
        guard let store else { return }
        let task = state.withLock { state in
            let previous = state.lastSave
            let task = Task(executorPreference: executor) {
                await previous?.value
                await self.write(to: store)
            }
            state.lastSave = task
            return task
        }
        await task.value
    }

    private func write(to store: any MTASTSPolicyStore) async {
        let wall = time.wall
        let policies: [StoredMTASTSPolicy]? = state.withLock { state in
            guard state.isDirty else { return nil }
            state.isDirty = false
            return state.table.stored(at: wall)
        }
        guard let policies else { return }
        do throws(MTASTSStoreFailure) {
            try await store.save(policies)
            state.withLock { state in
                state.counts.saves += 1
                state.isSaveFailing = false
            }
        } catch {
            // With the next policy it is tried again.
            let isNews = state.withLock { state in
                state.isDirty = true
                state.counts.failedSaves += 1
                defer { state.isSaveFailing = true }
                return !state.isSaveFailing
            }
            guard isNews else { return }
            log.error(
                "MTA-STS policies cannot be saved, so a restart forgets them; tried again with every new one",
                metadata: ["failure": "\(error)"])
        }
    }
}
