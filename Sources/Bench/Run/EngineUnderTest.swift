package import Glibc

/// `martlet serve` with a configuration of the bench's, in the bench's folder, as a process of its own.
///
/// Not Sendable: one thread runs a bench.
package final class EngineUnderTest: LoadTarget {
    package let child: ChildProcess
    package let settings: EngineSettings
    private let log: String
    private let output: String

    package var pid: pid_t { child.pid }
    package var isRunning: Bool { child.isRunning }

    /// Starts it; `waitUntilReady` waits for its port.
    /// - Parameter name: of its files in the folder; each start of a bench has its own.
    package init(
        _ settings: EngineSettings, name: String, binary: String = ChildProcess.thisBinary, folder: RunFolder,
        warden: ChildWarden
    ) throws(RunFailure) {
        self.settings = settings
        let file = try folder.write(
            settings.configuration(data: folder.file("\(name)-data")), to: "\(name).yaml")
        log = folder.file("\(name).log")
        output = folder.file("\(name).out")
        child = try ChildProcess(
            "engine", path: binary, ["serve", "--config", file], output: .file(output), errors: log, warden: warden)
    }

    /// Until the engine says that it takes mail.
    /// - Throws: with the end of the engine's log when it ended, or is not ready by then.
    package func waitUntilReady(_ seconds: Double = 30) throws(RunFailure) {
        let isReady = Patience.wait(seconds) {
            guard child.isRunning else { return true }
            return LocalPort.get("/readyz", port: settings.apiPort)?.hasPrefix("HTTP/1.1 200") ?? false
        }
        guard isReady, child.isRunning else { throw failure("did not start") }
    }

    /// The API key that a first start shows.
    package var firstKey: String? {
        (ProcText.read(output) ?? "").split(whereSeparator: \.isWhitespace).last { $0.hasPrefix("mt_live_") }
            .map(String.init)
    }

    /// Everything it counts: the name with its labels as /metrics shows it, and the value.
    package func metrics() -> [String: Double] {
        guard let page = LocalPort.get("/metrics", port: settings.apiPort) else { return [:] }
        return Self.metrics(of: page)
    }

    static func metrics(of page: String) -> [String: Double] {
        var found: [String: Double] = [:]
        for line in page.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            found[String(line[..<space])] = value
        }
        return found
    }

    /// How often it has synced its journal; `nil` where it does not count that.
    package var syncs: Int? {
        metrics().first { $0.key.hasPrefix("martlet_journal_commits_total") }.flatMap { Int(exactly: $0.value) }
    }

    /// SIGTERM, and what follows when it does not end.
    package func stop(within seconds: Double = 40) { child.end(within: seconds) }

    /// What it did wrong, with the end of its log.
    package func failure(_ what: String) -> RunFailure {
        let words = (ProcText.read(log) ?? "").split(separator: "\n").suffix(3).joined(separator: "; ")
        let status = child.exitStatus.map { ", exit status \($0)" } ?? ""
        return RunFailure("the engine \(what)\(status)\(words.isEmpty ? "" : ": \(words)") (log: \(log))")
    }
}
