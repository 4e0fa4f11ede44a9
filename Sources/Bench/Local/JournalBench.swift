import Loop
import Mail
import Queue

/// `martlet bench journal`: appends to a real journal on a real disk, as many callers at once as asked, beside what the
/// disk itself can do; then the same journal opened again.
///
/// What is measured is the journal alone: `Journal.accept` with a message made before, from the call until the record
/// would survive a power cut. No SMTP, no queue, no network.
package struct JournalBench: Sendable {
    /// Callers that append at the same time, each its next message when the one before is durable.
    package var appenders = [1, 20, 100]
    /// Bytes of content.
    package var sizes = [1_024]
    /// Appends of one run; `nil`: as many as there is time for.
    package var messages: Int?
    /// Of one run, and of the bare disk.
    package var duration = Duration.seconds(5)
    package var rounds = 1
    package var seed: UInt64 = 1
    /// Where the journal is made and removed again; `nil`: where temporary files go.
    package var data: String?

    /// A run ends when it has written so much: disks are for other things, too.
    private static let byteLimit = 4 << 30

    package init() {}

    /// - Parameter tell: hears of each run as it ends.
    /// - Returns: in each round the bare disk first, then every size with every number of appenders.
    package func run(_ tell: (BenchRun) -> Void = { _ in }) async throws(LocalBenchFailure) -> [BenchRun] {
        try check()
        var runs: [BenchRun] = []
        for _ in 0..<rounds {
            let bare = try bareDisk()
            runs.append(bare)
            tell(bare)
            for size in sizes {
                for count in appenders {
                    var run = try await append(size: size, appenders: count)
                    if bare.rate > 0 {
                        run.figures.append(
                            BenchRun.Figure("of the bare disk's syncs", run.rate / bare.rate * 100, "%"))
                    }
                    runs.append(run)
                    tell(run)
                }
            }
        }
        return runs
    }

    private func check() throws(LocalBenchFailure) {
        guard !appenders.isEmpty else { throw .option("--connections", "must be given a number") }
        guard !sizes.isEmpty else { throw .option("--size", "must be given a number") }
        for count in appenders { try LocalBenchFailure.check("--connections", count, in: 1...10_000) }
        for size in sizes { try LocalBenchFailure.check("--size", size, in: 1...26_214_400) }
        if let messages { try LocalBenchFailure.check("--messages", messages, in: 1...100_000_000) }
        try LocalBenchFailure.check("--rounds", rounds, in: 1...100)
        try LocalBenchFailure.check("--duration", duration)
    }

    private func bareDisk() throws(LocalBenchFailure) -> BenchRun {
        let scratch = try ScratchFolder(in: data)
        do {
            return try BareDisk.run(in: scratch.path, syncs: messages ?? .max, for: duration, seed: seed)
        } catch {
            throw .folder(scratch.path, errno: error.errno)
        }
    }

    private func append(size: Int, appenders count: Int) async throws(LocalBenchFailure) -> BenchRun {
        let scratch = try ScratchFolder(in: data)
        let files = MeteredFiles()
        var options = JournalOptions(folder: "\(scratch.path)/journal")
        options.files = files
        let load = AppendLoad(size: size, seed: seed)
        var run: BenchRun
        do {
            let journal = try Journal.open(options, time: SystemTime()).journal
            _ = files.takeTally()
            let start = ProcessClock()
            let limit = LoadLimit(
                operations: min(messages ?? .max, max(1, Self.byteLimit / max(size, 512))),
                deadline: start.at &+ UInt64(duration.nanoseconds))
            let tally = await load.run(appenders: count, on: journal, limit)
            let spent = ProcessClock().since(start)
            let disk = files.takeTally()
            if let failure = tally.failure { throw failure }
            run = Self.report(tally, disk, spent, size: size, appenders: count)
            journal.close()
        } catch {
            throw .broken("the journal in \(options.folder) refused: \(error)")
        }
        run.figures += try reopen(options, expecting: run.messages)
        return run
    }

    private static func report(
        _ tally: AppendLoad.Tally, _ disk: MeteredFiles.Tally, _ spent: ProcessClock.Spent, size: Int, appenders: Int
    ) -> BenchRun {
        let label = "\(appenders) x \(size) B"
        var run = BenchRun(label: label, messages: tally.latency.count, seconds: spent.seconds)
        run.acceptLatency = tally.latency.summary
        run.cost = spent.cost
        run.syncs = disk.syncs.count
        run.bytesWritten = disk.bytes
        let syncs = disk.syncs.count
        if syncs > 0 {
            run.figures.append(BenchRun.Figure("records per sync", Double(run.messages) / Double(syncs), ""))
            run.figures.append(BenchRun.Figure("sync rate", Double(syncs) / max(spent.seconds, 1e-9), "/s"))
        }
        run.figures += SyncFigures.of(disk.syncs.summary)
        return run
    }

    /// A restart: the files are out of the page cache as far as the kernel lets go of them.
    private func reopen(_ options: JournalOptions, expecting count: Int) throws(LocalBenchFailure) -> [BenchRun.Figure]
    {
        PageCache.forget(filesIn: options.folder)
        do {
            let start = ProcessClock()
            let (journal, recovered, report) = try Journal.open(options, time: SystemTime())
            let spent = ProcessClock().since(start)
            journal.close()
            guard recovered.count == count, report.damages.isEmpty else {
                throw LocalBenchFailure.broken(
                    "the journal in \(options.folder) gave back \(recovered.count) of \(count) messages")
            }
            return [
                BenchRun.Figure("reopened in", spent.seconds * 1_000, "ms"),
                BenchRun.Figure("replayed", Double(count) / max(spent.seconds, 1e-9), "records/s"),
            ]
        } catch let failure as LocalBenchFailure {
            throw failure
        } catch {
            throw .broken("the journal in \(options.folder) cannot be opened again: \(error)")
        }
    }
}
