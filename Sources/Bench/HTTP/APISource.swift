import Loop
import Mail

/// A load of mail, handed to the HTTP API over kept connections from loops of its own.
///
/// Each connection waits for its answer before it sends the next request, as clients do; only with a rate are requests
/// due at their time whatever happened to those before.
package final class APISource: Sendable {
    private let loops: LoopGroup
    private let shards: [APIShard]
    private let tickets: LoadTickets
    private let counter = APICounter()
    private let connections: Int
    private let start: UInt64

    /// - Throws: when there is no loop.
    package init(_ plan: APIPlan) throws(RunFailure) {
        start = MonotonicClock.now
        connections = max(1, plan.connections)
        do { loops = try LoopGroup(count: min(max(1, plan.loops), connections)) } catch {
            throw RunFailure("no event loop: \(error)")
        }
        let content = APIContent(plan)
        let rate = plan.rate.map { $0 / Double(plan.messagesPerRequest) }
        let tickets = LoadTickets(plan.requests, rate: rate, start: start)
        self.tickets = tickets
        let counter = counter
        shards = loops.loops.map {
            APIShard(plan: plan, content: content, tickets: tickets, counter: counter, loop: $0)
        }
    }

    /// Sends it all. Call it once.
    /// - Parameter emit: gets `ready`, a tick four times a second, and the end, whose latency is that of requests.
    package func run(_ emit: @escaping @Sendable (LoadReport) -> Void) async {
        loops.start()
        emit(.ready(at: start))
        let ticker = Task { await LoadTicks.run(emit) { [counter] in counter.counts } }
        await withDiscardingTaskGroup { group in
            for number in 0..<connections {
                let shard = shards[number % shards.count]
                group.addTask(executorPreference: loops.loops[number % shards.count]) { await shard.serve() }
            }
        }
        ticker.cancel()
        await ticker.value
        var tally = APIShard.Tally()
        for shard in shards { tally.add(await shard.tally) }
        let counts = counter.counts
        emit(
            .end(
                first: start, last: max(start, tally.last), done: counts.done, failed: counts.failed,
                connections: tally.connections, latency: tally.latency.summary, remarks: Self.remarks(tally)))
        loops.stop()
    }

    /// Ends the load early: what is under way is finished, and the end reported.
    package func stop() { tickets.stop() }

    static func remarks(_ tally: APIShard.Tally) -> [String] {
        tally.failures.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value) times" }
    }
}
