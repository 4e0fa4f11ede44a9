import Loop
import Mail
import Queue

/// `martlet bench campaign`: one content to many recipients, taken in as a campaign's fan-out will hand it over.
/// There is no campaign engine yet; measured is what carries one: `QueueIntake` stamps messages of up to so many recipients each
/// with the same content, the journal makes them durable, and the real queue admits every delivery. Nothing is
/// delivered.
package struct CampaignBench: Sendable {
    /// Recipients altogether.
    package var recipients = 200_000
    /// Recipients of one message. The API and SMTP take 1,000 at most.
    package var perMessage = 1_000
    /// Bytes of the content.
    package var size = 10_240
    /// Domains that the recipients are spread over, each a site of its own.
    package var domains = 1_000
    /// Callers at the same time.
    package var appenders = 4
    /// Shards, each with a thread.
    package var loops = 1
    package var rounds = 1
    package var seed: UInt64 = 1
    /// Where the journal is made and removed again; `nil`: where temporary files go.
    package var data: String?

    package init() {}

    /// - Parameter tell: hears of each run as it ends.
    package func run(_ tell: (BenchRun) -> Void = { _ in }) async throws(LocalBenchFailure) -> [BenchRun] {
        try check()
        let load = FanOutLoad(
            recipients: recipients, perMessage: perMessage, domains: domains,
            content: BenchText.message(size, seed: seed))
        var runs: [BenchRun] = []
        for _ in 0..<rounds {
            let run = try await fanOut(load)
            runs.append(run)
            tell(run)
        }
        return runs
    }

    private func check() throws(LocalBenchFailure) {
        try LocalBenchFailure.check("--messages", recipients, in: 1...5_000_000)
        try LocalBenchFailure.check("--per-message", perMessage, in: 1...1_000)
        try LocalBenchFailure.check("--size", size, in: 1...26_214_400)
        try LocalBenchFailure.check("--domains", domains, in: 1...1_000_000)
        try LocalBenchFailure.check("--connections", appenders, in: 1...10_000)
        try LocalBenchFailure.check("--loops", loops, in: 1...256)
        try LocalBenchFailure.check("--rounds", rounds, in: 1...100)
        let bytes = recipients.dividedRoundingUp(by: perMessage).multipliedReportingOverflow(by: size)
        guard !bytes.overflow, bytes.partialValue <= 64 << 30 else {
            throw .option("--size", "times the messages is more than 64 GiB: fewer --messages, or more --per-message")
        }
    }

    private func fanOut(_ load: FanOutLoad) async throws(LocalBenchFailure) -> BenchRun {
        let scratch = try ScratchFolder(in: data)
        let files = MeteredFiles()
        var options = JournalOptions(folder: "\(scratch.path)/journal")
        options.files = files
        let journal: Journal
        do {
            journal = try Journal.open(options, time: SystemTime()).journal
        } catch {
            throw .broken("the journal in \(options.folder) cannot be opened: \(error)")
        }
        defer { journal.close() }
        let spool = JournalSpool(journal, reads: BlockingPool(name: "bench-read", threads: 1))
        let rig = try QueueUnderBench(loops: loops, spool: spool, seed: seed)
        let intake = QueueIntake(options: rig.options, spool: spool, queue: rig.queue, time: SystemTime())
        await rig.queue.start(recovered: [], notices: ClosedIntake())
        _ = files.takeTally()
        let before = ProcessClock.residentBytes
        let start = ProcessClock()
        let done = await load.run(callers: appenders, into: intake)
        let taken = ProcessClock()
        let held = await rig.holds(done.failure == nil ? recipients : 0)
        let admitted = ProcessClock()
        let resident = max(0, ProcessClock.residentBytes - before)
        let disk = files.takeTally()
        await rig.end()
        if let failure = done.failure { throw .broken("the queue refused: \(failure)") }
        guard held == recipients else { throw .broken("the queue holds \(held) of \(recipients) deliveries") }
        var run = report(done, disk, spent: admitted.since(start), resident: resident)
        run.ingestSeconds = taken.since(start).seconds
        return run
    }

    private func report(
        _ done: FanOutLoad.Tally, _ disk: MeteredFiles.Tally, spent: ProcessClock.Spent, resident: Int
    ) -> BenchRun {
        var run = BenchRun(label: "fan-out", messages: recipients, seconds: spent.seconds)
        run.acceptLatency = done.latency.summary
        run.cost = spent.cost
        run.syncs = disk.syncs.count
        run.bytesWritten = disk.bytes
        run.peakRSSMiB = Double(ProcessClock.residentBytes) / 1_048_576
        let count = Double(recipients)
        run.figures = [
            BenchRun.Figure("recipients", run.rate, "/s"),
            BenchRun.Figure("messages of the campaign", Double(done.latency.count), ""),
            BenchRun.Figure(
                "of it not content", Double(disk.bytes - disk.ahead - done.latency.count * size) / count, "B"),
        ]
        if recipients >= 50_000 {
            run.figures.append(BenchRun.Figure("memory per recipient", Double(resident) / count, "B"))
        }
        run.figures += SyncFigures.of(disk.syncs.summary)
        return run
    }
}

extension Int {
    /// - Parameter other: above 0.
    fileprivate func dividedRoundingUp(by other: Int) -> Int { self / other + (self % other > 0 ? 1 : 0) }
}
