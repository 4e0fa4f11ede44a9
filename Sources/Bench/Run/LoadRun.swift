import Glibc

/// One load through one way: starts the source, looks at everybody four times a second until all has arrived, and
/// adds it up. Ends with an error, and not never, when nothing moves any more.
///
/// Uses the calling thread for as long as the run takes. Whoever calls it started sink and engine, and ends the engine.
package struct LoadRun {
    package let label: String
    /// Seconds without any progress after which a run is given up.
    package var patience = 30.0
    private let folder: RunFolder

    package init(_ label: String, folder: RunFolder) {
        self.label = label
        self.folder = folder
    }

    /// - Parameters:
    ///   - sink: ready, and ended here. Without one nothing has to arrive.
    ///   - engine: ready; `nil` for the ceiling.
    ///   - start: starts the source.
    package func perform(
        sink: LoadProcess?, engine: (any LoadTarget)?, progress: inout LoadProgress,
        source start: () throws(RunFailure) -> LoadProcess
    ) throws(RunFailure) -> BenchRun {
        let own = MachineMeter.own
        let machine = MachineMeter()
        let sinkMeter = sink.map { ProcessMeter("sink", of: $0.child.pid, isTree: false) }
        let engineMeter = engine.map { ProcessMeter("engine", of: $0.pid, isTree: true) }
        let syncs = engine?.syncs
        let source = try start()
        try source.waitUntilReady()
        let sourceMeter = ProcessMeter("source", of: source.child.pid, isTree: false)
        progress.begin(label)
        let samples = try watch(
            source, sink, engine, meters: [sinkMeter, engineMeter, sourceMeter].compactMap { $0 },
            engineMeter: engineMeter, progress: &progress)
        progress.end()

        // Read before anybody is asked to end: what that costs is not the run's.
        for meter in [sinkMeter, engineMeter] { meter?.sample() }
        let strangers = machine.seconds - (MachineMeter.own - own)
        // An engine brings its counts up to date twice a second.
        if syncs != nil { Patience.pause(milliseconds: 600) }
        let syncsNow = engine?.syncs
        let sent = try source.finish()
        let arrived = try sink?.finish()
        var run = BenchRun(
            label: label, messages: arrived?.done ?? sent.done,
            seconds: Self.seconds(from: sent.first, to: max(arrived?.last ?? 0, sent.last)))
        run.failed = sent.failed
        run.ingestSeconds = Self.seconds(from: sent.first, to: sent.last)
        run.samples = samples
        run.acceptLatency = sent.latency
        run.endToEndLatency = arrived?.latency
        run.cost = sourceMeter.costs + (sinkMeter?.costs ?? []) + (engineMeter?.costs ?? [])
        let parts = [sourceMeter, sinkMeter, engineMeter].compactMap { $0?.cpu.total }.reduce(0, +)
        run.strangersSeconds = max(0, strangers - parts)
        if let engineMeter {
            run.peakRSSMiB = Double(engineMeter.peakResident) / 1_048_576
            run.peakPSSMiB = engineMeter.peakProportional.map { Double($0) / 1_048_576 }
            run.bytesWritten = engineMeter.bytesWritten
        }
        if let syncs, let syncsNow { run.syncs = max(0, syncsNow - syncs) }
        run.figures = Self.figures(sent, arrived)
        return run
    }

    private func watch(
        _ source: LoadProcess, _ sink: LoadProcess?, _ engine: (any LoadTarget)?, meters: [ProcessMeter],
        engineMeter: ProcessMeter?, progress: inout LoadProgress
    ) throws(RunFailure) -> [BenchRun.Sample] {
        let start = source.readyAt ?? MonotonicClock.now
        var samples: [BenchRun.Sample] = []
        var nextSample: UInt64 = 0
        var (known, moved) = (-1, MonotonicClock.now)
        while true {
            source.update()
            sink?.update()
            let now = MonotonicClock.now
            let arrived = sink?.done ?? source.done
            if source.done + source.failed + arrived != known {
                (known, moved) = (source.done + source.failed + arrived, now)
            }
            let isOver = source.end != nil && arrived >= source.done
            if now >= nextSample || isOver {
                nextSample = now &+ 250_000_000
                for meter in meters { meter.sample() }
                samples.append(
                    BenchRun.Sample(
                        at: Double(now &- min(start, now)) / 1e9, accepted: source.done, arrived: arrived,
                        rssMiB: Double(engineMeter?.resident ?? 0) / 1_048_576))
            }
            progress.show(accepted: source.done, arrived: sink == nil ? nil : arrived)
            if isOver { return samples }
            if source.end == nil, !source.child.isRunning {
                source.update()
                if source.end == nil { throw source.failure("ended too early") }
            }
            if let sink, !sink.child.isRunning { throw sink.failure("ended too early") }
            if let engine, !engine.isRunning { throw engine.failure("ended under load") }
            if Double(now &- moved) / 1e9 > patience { throw stall(source, sink, engine) }
            Patience.pause(milliseconds: 20)
        }
    }

    private func stall(_ source: LoadProcess, _ sink: LoadProcess?, _ engine: (any LoadTarget)?) -> RunFailure {
        let arrived = sink.map { ", \($0.done) have arrived" } ?? ""
        let who =
            source.end == nil
            ? engine == nil ? "the sink takes no more mail" : "the engine takes no more mail"
            : engine == nil ? "the sink does not count what was sent" : "the engine delivers nothing more"
        return RunFailure(
            "\(label): nothing has moved for \(Int(patience)) s: \(who) (\(source.done) messages were accepted, "
                + "\(source.failed) failed\(arrived)). Logs: \(folder.path)")
    }

    private static func figures(_ sent: LoadProcess.End, _ arrived: LoadProcess.End?) -> [BenchRun.Figure] {
        var figures = [BenchRun.Figure("connections of the source", Double(sent.connections), "")]
        if let arrived { figures.append(BenchRun.Figure("connections at the sink", Double(arrived.connections), "")) }
        if let arrived, arrived.failed > 0 {
            figures.append(BenchRun.Figure("refused by the sink", Double(arrived.failed), ""))
        }
        for (part, end) in [("source", Optional(sent)), ("sink", arrived)] {
            for remark in end?.remarks ?? [] {
                guard let colon = remark.lastIndex(of: ":") else { continue }
                let count = remark[remark.index(after: colon)...].split(separator: " ").first.flatMap { Double($0) }
                if let count { figures.append(BenchRun.Figure("\(part): \(remark[..<colon])", count, "")) }
            }
        }
        return figures
    }

    private static func seconds(from start: UInt64, to end: UInt64) -> Double {
        end > start ? Double(end - start) / 1e9 : 0
    }
}
