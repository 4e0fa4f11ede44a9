import Queue

/// What the disk itself can do: one writer that appends 4 KiB to a file with room and calls fdatasync, again and again.
/// No log that syncs for each of its callers can be faster; a log with group commit can, by carrying more in each sync.
struct BareDisk {
    static let block = 4_096
    /// As a segment of the journal: written again from its start when it is full.
    private static let room = 64 << 20

    /// Until so many syncs are done or the time is over. Blocks.
    static func run(
        in folder: String, syncs limit: Int, for duration: Duration, seed: UInt64
    ) throws(FileFailure) -> BenchRun {
        let files = PosixFiles()
        let file = try files.open("\(folder)/bare", .fresh)
        defer { files.close(file) }
        try files.allocate(file, UInt64(room))
        try files.syncData(file)
        let bytes = BenchText.bytes(block, seed: seed)
        var latency = LatencyRecorder()
        let start = ProcessClock()
        let deadline = start.at &+ UInt64(max(0, duration.nanoseconds))
        var done = 0
        var offset = 0
        var now = start.at
        repeat {
            var written = 0
            while written < bytes.count {
                written += try files.write(
                    file, bytes.span.extracting(written..<bytes.count), at: UInt64(offset + written))
            }
            try files.syncData(file)
            let end = ProcessClock.now
            latency.record(from: now, to: end)
            now = end
            done += 1
            offset = (offset + block) % room
        } while done < limit && now < deadline
        let spent = ProcessClock().since(start)
        var run = BenchRun(label: "bare disk", messages: done, seconds: spent.seconds)
        run.cost = spent.cost
        run.syncs = done
        run.bytesWritten = done * block
        run.figures = SyncFigures.of(latency.summary)
        run.figures.append(BenchRun.Figure("sync rate", run.rate, "/s"))
        return run
    }
}

/// How long syncs took, as lines of the report.
enum SyncFigures {
    static func of(_ latency: BenchRun.Latency?) -> [BenchRun.Figure] {
        guard let latency else { return [] }
        return [
            BenchRun.Figure("sync p50", latency.p50, "ms"), BenchRun.Figure("sync p99", latency.p99, "ms"),
            BenchRun.Figure("sync max", latency.max, "ms"),
        ]
    }
}

extension Duration {
    /// Rounded toward zero; what does not fit is the most there is.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole &+ attoseconds / 1_000_000_000
    }
}
