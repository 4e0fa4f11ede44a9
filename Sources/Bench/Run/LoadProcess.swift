import Glibc

/// A source or a sink as a process of its own, which tells how it fares in `LoadReport`s on its standard output.
///
/// Nothing arrives by itself: `update` takes in what has been printed. Not Sendable: one thread runs a bench.
package final class LoadProcess {
    package struct End: Equatable {
        package var first: UInt64
        package var last: UInt64
        package var done: Int
        package var failed: Int
        package var connections: Int
        package var latency: BenchRun.Latency?
        package var remarks: [String]
    }

    package let child: ChildProcess
    /// Nanoseconds of CLOCK_MONOTONIC; set once it is.
    package private(set) var readyAt: UInt64?
    /// As of the last tick, or of the end.
    package private(set) var done = 0
    package private(set) var failed = 0
    package private(set) var end: End?
    private var rest: [UInt8] = []
    private let log: String

    /// - Parameter arguments: of a `martlet bench` command that prints reports.
    package init(
        _ name: String, binary: String = ChildProcess.thisBinary, _ arguments: [String], folder: RunFolder,
        warden: ChildWarden
    ) throws(RunFailure) {
        log = folder.file("\(name).log")
        child = try ChildProcess(name, path: binary, arguments, output: .pipe, errors: log, warden: warden)
    }

    /// Takes in what it has printed.
    package func update() {
        rest += child.read()
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if let report = LoadReport(line: rest[..<end]) { take(report) }
            rest.removeFirst(end + 1)
        }
    }

    private func take(_ report: LoadReport) {
        switch report {
        case .ready(let at): readyAt = at
        case .tick(_, let done, let failed): (self.done, self.failed) = (done, failed)
        case .end(let first, let last, let done, let failed, let connections, let latency, let remarks):
            (self.done, self.failed) = (done, failed)
            end = End(
                first: first, last: last, done: done, failed: failed, connections: connections, latency: latency,
                remarks: remarks)
        }
    }

    /// - Throws: when it ended, or is not ready by then.
    package func waitUntilReady(_ seconds: Double = 20) throws(RunFailure) {
        let isReady = Patience.wait(seconds) {
            update()
            return readyAt != nil || !child.isRunning
        }
        guard isReady, readyAt != nil else { throw failure("did not begin") }
    }

    /// Sends SIGTERM, upon which a source or sink tells its end.
    /// - Throws: when it ended without a last report.
    @discardableResult
    package func finish(_ seconds: Double = 10) throws(RunFailure) -> End {
        child.signal(SIGTERM)
        _ = Patience.wait(seconds) {
            update()
            return end != nil || !child.isRunning
        }
        child.end(within: seconds)
        update()
        guard let end else { throw failure("ended without a report") }
        return end
    }

    /// What it did wrong, with the end of its log.
    package func failure(_ what: String) -> RunFailure {
        let words = (ProcText.read(log) ?? "").split(separator: "\n").suffix(3).joined(separator: "; ")
        let status = child.exitStatus.map { ", exit status \($0)" } ?? ""
        return RunFailure("the \(child.name) \(what)\(status)\(words.isEmpty ? "" : ": \(words)") (log: \(log))")
    }
}
