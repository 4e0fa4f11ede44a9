import Loop
import Mail

/// A load of mail, sent over SMTP from loops of its own.
///
/// Each session waits for its reply before it goes on, as clients do; only with a rate are messages due at their time
/// whatever happened to those before.
package final class SMTPSource: Sendable {
    private let plan: LoadPlan
    private let loops: LoopGroup
    private let shards: [SourceShard]
    private let tickets: LoadTickets
    private let start: UInt64

    /// - Throws: when there is no loop, or no TLS.
    package init(_ plan: LoadPlan) throws(RunFailure) {
        self.plan = plan
        start = MonotonicClock.now
        do { loops = try LoopGroup(count: min(max(1, plan.loops), max(1, plan.connections))) } catch {
            throw RunFailure("no event loop: \(error)")
        }
        var context: TLSClientContext?
        if plan.isTLS {
            do { context = try TLSClientContext(trust: .nobody) } catch {
                throw RunFailure("no TLS: \(error.reason)")
            }
        }
        let content = LoadContent(
            size: plan.size, domains: plan.domains, sender: plan.sender, seed: plan.seed, date: SystemTime().wall,
            identity: Int(truncatingIfNeeded: start))
        let tickets = LoadTickets(plan.extent, rate: plan.rate, start: start)
        self.tickets = tickets
        shards = loops.loops.map {
            SourceShard(plan: plan, content: content, tickets: tickets, tls: context, loop: $0)
        }
    }

    /// Sends it all. Call it once.
    /// - Parameter emit: gets `ready`, a tick four times a second, and the end.
    package func run(_ emit: @escaping @Sendable (LoadReport) -> Void) async {
        loops.start()
        emit(.ready(at: start))
        let ticker = Task { await LoadTicks.run(emit) { [tickets] in tickets.counts } }
        await withDiscardingTaskGroup { group in
            for number in 0..<max(1, plan.connections) {
                let shard = shards[number % shards.count]
                group.addTask(executorPreference: loops.loops[number % shards.count]) { await shard.serve() }
            }
        }
        ticker.cancel()
        await ticker.value
        var tally = SourceShard.Tally()
        for shard in shards { tally.add(await shard.tally) }
        let counts = tickets.counts
        emit(
            .end(
                first: start, last: max(start, tally.last), done: counts.done, failed: counts.failed,
                connections: tally.connections, latency: tally.latency.summary, remarks: Self.remarks(tally)))
        loops.stop()
    }

    /// Ends the load early: what is under way is finished, and the end reported.
    package func stop() { tickets.stop() }

    static func remarks(_ tally: SourceShard.Tally) -> [String] {
        var remarks = tally.refusals.sorted { $0.key < $1.key }.map { "reply \($0.key): \($0.value) times" }
        if tally.broken > 0 { remarks.append("connections that failed or broke: \(tally.broken)") }
        return remarks
    }
}

/// The ticks of a source or a sink.
enum LoadTicks {
    static let interval: Duration = .milliseconds(250)

    /// Until the task is cancelled.
    static func run(
        _ emit: @Sendable (LoadReport) -> Void, counts: @Sendable () -> (done: Int, failed: Int)
    ) async {
        while true {
            do { try await SystemTime().sleep(for: interval) } catch { return }
            let now = counts()
            emit(.tick(at: MonotonicClock.now, done: now.done, failed: now.failed))
        }
    }
}
