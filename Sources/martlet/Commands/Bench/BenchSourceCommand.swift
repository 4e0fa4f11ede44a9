import ArgumentParser
import Bench
import Foundation
import Glibc
import Loop
import UnixSignals

struct BenchSourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "Only the load: sends mail over SMTP and reports how it was taken.",
        discussion: """
            Every message carries 'X-Bench-Sent: NANOSECONDS NUMBER', from which 'martlet bench sink' tells how long \
            it was on its way. A message that is refused or breaks off is tried up to five times and then counts as \
            failed. Use it against your own servers only.
            """)

    @Option(name: .long, help: "Where to send to: an address and port, as 127.0.0.1:2525.")
    var target: String

    @OptionGroup(title: "Load") var load: BenchLoadOption

    @Option(name: .long, help: "Event loops, each a thread.")
    var loops = 1

    @Flag(name: .long, help: "Print progress and result as lines of JSON.")
    var json = false

    func validate() throws {
        _ = try load.arguments()
        guard SocketAddress(target) != nil else {
            throw ValidationError("--target takes an address and port, as 127.0.0.1:2525, not '\(target)'")
        }
        try BenchRange.check("--loops", loops, 1...256)
    }

    func run() async throws {
        guard let address = SocketAddress(target) else { return }
        let load = try load.arguments()
        let extent: LoadPlan.Extent =
            load.messages.map { .messages($0) } ?? .time(.seconds(load.duration ?? 1))
        var plan = LoadPlan(target: address, extent: extent)
        plan.size = load.size
        plan.connections = load.connections
        plan.perConnection = load.perConnection
        plan.domains = load.domains
        plan.isPipelining = load.isPipelining
        plan.isTLS = load.isTLS
        plan.seed = load.seed
        plan.rate = load.rate
        plan.loops = loops
        // Trapped before anything starts, so that an early SIGTERM is not lost.
        _ = DescriptorLimit.raise()
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let source: SMTPSource
        do { source = try SMTPSource(plan) } catch { stop(error) }
        let watch = Task {
            for await _ in signals { source.stop() }
        }
        await source.run(LoadVoice(part: "source", isJSON: json).say)
        watch.cancel()
    }
}

/// How a source or a sink speaks: to the bench that started it, or to a person.
struct LoadVoice: Sendable {
    let part: String
    let isJSON: Bool

    func say(_ report: LoadReport) {
        if isJSON {
            let line = report.line
            // Who read it may be gone; that is no reason to fail.
            _ = unsafe write(STDOUT_FILENO, line, line.count)
        } else if let text = LoadWords.text(report, part: part) {
            print(text)
            Terminal.flush()
        }
    }
}

/// A report in words; ticks are left out but for one a second.
enum LoadWords {
    static func text(_ report: LoadReport, part: String) -> String? {
        switch report {
        case .ready, .tick: return nil
        case .end(let first, let last, let done, let failed, let connections, let latency, let remarks):
            let seconds = last > first ? Double(last - first) / 1e9 : 0
            let rate = seconds > 0 ? Int(Double(done) / seconds) : 0
            var lines = [
                "\(part): \(done) messages in \(rounded(seconds)) s, \(rate) a second; \(failed) failed; "
                    + "\(connections) connections"
            ]
            if let latency {
                lines.append(
                    "  latency p50 \(rounded(latency.p50)) ms, p90 \(rounded(latency.p90)) ms, "
                        + "p99 \(rounded(latency.p99)) ms, max \(rounded(latency.max)) ms")
            }
            return (lines + remarks.map { "  \($0)" }).joined(separator: "\n")
        }
    }

    private static func rounded(_ value: Double) -> String { String(format: "%.2f", value) }
}
