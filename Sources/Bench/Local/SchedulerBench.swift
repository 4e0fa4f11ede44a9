import Loop
import Mail
import Queue

/// `martlet bench scheduler`: what a delivery costs in the queue itself. The real shards, schedulers and lanes are
/// filled with deliveries to so many domains while nobody takes any, and then emptied into a transport that delivers at
/// once to nobody. No network and no disk: the journal is one that keeps nothing.
///
/// Measured are admission (sorting by site, box, scheduler, timer), turnover (pulling, carrying, finishing, the note
/// for the journal), turnover of the first and of the last tenth, which differ when a full queue is slower than an
/// empty one, and the memory that a queued delivery takes.
package struct SchedulerBench: Sendable {
    /// Deliveries queued, one run for each.
    package var queued = [1_000, 100_000, 1_000_000]
    /// Destinations, each a site of its own.
    package var domains = 1_000
    /// Shards, each with a thread.
    package var loops = 1
    package var rounds = 1
    package var seed: UInt64 = 1
    /// A run fills and empties new queues until it has turned over so many deliveries: of a small one alone the clock
    /// would say little.
    package var atLeast = 100_000

    package init() {}

    /// - Parameter tell: hears of each run as it ends.
    package func run(_ tell: (BenchRun) -> Void = { _ in }) async throws(LocalBenchFailure) -> [BenchRun] {
        try check()
        var runs: [BenchRun] = []
        for _ in 0..<rounds {
            for count in queued {
                var sum = QueueTurn()
                repeat { sum += try await turn(over: count) } while sum.deliveries < atLeast
                let run = sum.report(label: "\(count) queued", queued: count)
                runs.append(run)
                tell(run)
            }
        }
        return runs
    }

    private func check() throws(LocalBenchFailure) {
        guard !queued.isEmpty else { throw .option("--messages", "must be given a number") }
        for count in queued { try LocalBenchFailure.check("--messages", count, in: 10...20_000_000) }
        try LocalBenchFailure.check("--domains", domains, in: 1...1_000_000)
        try LocalBenchFailure.check("--loops", loops, in: 1...256)
        try LocalBenchFailure.check("--rounds", rounds, in: 1...100)
    }

    /// Fills a new queue and empties it.
    private func turn(over count: Int) async throws(LocalBenchFailure) -> QueueTurn {
        let spool = BenchSpool(domains: domains)
        let rig = try QueueUnderBench(loops: loops, spool: spool, seed: seed)
        var backlog = Backlog(count: count, domains: domains, size: spool.size)
        let before = ProcessClock.residentBytes
        let start = ProcessClock()
        await rig.queue.start(recovered: backlog.takeMessages(), notices: ClosedIntake())
        let held = await rig.holds(count)
        let filled = ProcessClock()
        let resident = max(0, ProcessClock.residentBytes - before)
        guard held == count else {
            await rig.end()
            throw .broken("the queue holds \(held) of \(count) deliveries")
        }

        let tenth = max(1, count / 10)
        rig.transport.open()
        await spool.noted(tenth)
        let first = (clock: ProcessClock(), noted: spool.noted)
        await spool.noted(count - tenth)
        let late = (clock: ProcessClock(), noted: spool.noted)
        await spool.noted(count)
        let end = ProcessClock()
        let left = await rig.queue.snapshot(sites: 0).counts.deliveries
        let delivered = rig.transport.count
        await rig.end()
        guard delivered == count, left == 0 else {
            throw .broken("\(delivered) of \(count) deliveries were carried, \(left) are left")
        }
        return QueueTurn(
            deliveries: count, admission: filled.since(start), turnover: end.since(filled),
            first: (first.clock.since(filled), first.noted), last: (end.since(late.clock), count - late.noted),
            resident: resident, peak: ProcessClock.residentBytes)
    }
}

/// Messages as a restart finds them in a journal: one recipient each, the domains in turn.
private struct Backlog: ~Copyable {
    private var messages: [RecoveredMessage] = []

    init(count: Int, domains: Int, size: Int) {
        // Lists that are equal share their storage, as they do after a restart.
        let pending = (0..<domains).map { [PendingRecipient(recipient: 0, domain: BenchText.domain($0))] }
        let at = SystemTime().wall
        messages.reserveCapacity(count)
        for number in 0..<count {
            messages.append(
                RecoveredMessage(
                    number: UInt64(number), id: BenchText.id(number, at: at), tenant: BenchText.tenant, at: at,
                    stream: .transactional, isTest: false, notBefore: nil, pending: pending[number % domains],
                    size: size))
        }
    }

    /// They leave: whoever holds on to them would have a million messages in memory twice.
    mutating func takeMessages() -> [RecoveredMessage] {
        var taken: [RecoveredMessage] = []
        swap(&taken, &messages)
        return taken
    }
}
