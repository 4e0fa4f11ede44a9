import Benchmark
import MicroOperations

/// Every operation as a benchmark. Times on a machine that does other things, too, say little to the percent: they are
/// held to wide bounds here, and the exact check is the instruction count of scripts/instructions.sh.
let benchmarks: @Sendable () -> Void = {
    for operation in Operation.all {
        Benchmark(
            operation.name,
            configuration: .init(
                metrics: [.cpuTotal, .wallClock, .throughput, .mallocCountTotal],
                warmupIterations: 2, scalingFactor: operation.isPure ? .kilo : .one, maxDuration: .seconds(2),
                maxIterations: 100_000, thresholds: MicroThresholds.of(operation)),
            closure: { (benchmark: Benchmark, work: MicroWork) in
                try await work.work(benchmark.scaledIterations.count)
            },
            setup: { MicroWork(work: try await operation.prepare()) })
    }
}

/// What `prepare` made, kept between the iterations of one benchmark.
final class MicroWork {
    let work: Operation.Work
    init(work: @escaping Operation.Work) { self.work = work }
}

enum MicroThresholds {
    /// A median that is half as long again as the one that is kept is a finding, whatever else the machine is doing;
    /// anything smaller is for the instruction count to find. The disk's times are shown and not judged.
    static func of(_ operation: Operation) -> [BenchmarkMetric: BenchmarkThresholds] {
        guard operation.isPure else { return [:] }
        return [.cpuTotal: BenchmarkThresholds(relative: [.p50: 50.0])]
    }
}
