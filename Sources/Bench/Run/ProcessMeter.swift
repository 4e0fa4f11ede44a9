package import Glibc

/// What one part of a run (`source`, `sink`, `engine`) costs from its making to the last `sample`: processor time,
/// memory, bytes to the disk.
///
/// Not Sendable: one thread runs a bench.
package final class ProcessMeter {
    package let part: String
    private let tree: ProcessTree
    private let isTree: Bool
    private let start: ProcessTree.CPU
    private let startThreads: [String: ProcessTree.CPU]
    private let startWritten: Int?
    private var last: ProcessTree.CPU
    private var lastThreads: [String: ProcessTree.CPU]
    private var lastWritten: Int?
    private var samples = 0
    /// Bytes; the peaks are those of the samples.
    package private(set) var resident = 0
    package private(set) var peakResident = 0
    package private(set) var peakProportional: Int?

    /// - Parameter isTree: with all descendants, by thread name, with memory and disk; otherwise the process' own
    ///   processor time and memory alone.
    package init(_ part: String, of pid: pid_t, isTree: Bool) {
        self.part = part
        self.isTree = isTree
        tree = ProcessTree(root: pid)
        let reading = isTree ? tree.reading() : tree.single()
        let processes = isTree ? reading?.processes ?? [] : []
        start = reading?.cpu ?? ProcessTree.CPU()
        startThreads = ProcessTree.threads(processes)
        startWritten = ProcessTree.bytesWritten(processes)
        (last, lastThreads, lastWritten) = (start, startThreads, startWritten)
    }

    /// Looks again; of a process that has ended what was seen last stays. Proportional memory is asked for with every
    /// fourth sample, as the kernel walks all pages for it.
    package func sample() {
        guard let reading = isTree ? tree.reading() : tree.single() else { return }
        last = reading.cpu
        resident = reading.residentBytes
        peakResident = max(peakResident, resident)
        guard isTree else { return }
        for (name, cpu) in ProcessTree.threads(reading.processes) { lastThreads[name] = cpu }
        lastWritten = ProcessTree.bytesWritten(reading.processes) ?? lastWritten
        if samples % 4 == 0, let bytes = ProcessTree.proportionalBytes(reading.processes) {
            peakProportional = max(peakProportional ?? 0, bytes)
        }
        samples += 1
    }

    /// Processor time since the start.
    package var cpu: ProcessTree.CPU { last - start }

    /// Bytes to the disk since the start; `nil` where the kernel does not tell, or with a single process.
    package var bytesWritten: Int? {
        guard let lastWritten, let startWritten else { return nil }
        return max(0, lastWritten - startWritten)
    }

    /// The part, and behind it its threads by name, those that did next to nothing left out.
    package var costs: [BenchRun.PartCost] {
        let whole = cpu
        var costs = [BenchRun.PartCost(part: part, user: whole.user, system: whole.system)]
        for (name, end) in lastThreads.sorted(by: { $0.key < $1.key }) {
            let cost = end - (startThreads[name] ?? ProcessTree.CPU())
            if cost.total >= 0.01 {
                costs.append(BenchRun.PartCost(part: "\(part)/\(name)", user: cost.user, system: cost.system))
            }
        }
        return costs
    }
}
