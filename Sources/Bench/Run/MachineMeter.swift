import Glibc

/// The processor time of everything that runs on the machine, so that a run can tell whether it was alone.
package struct MachineMeter {
    private let start = MachineMeter.busy()

    package init() {}

    /// Seconds since this was made. Interrupts are left out: whose they are nobody can say.
    package var seconds: Double { max(0, Self.busy() - start) }

    private static func busy() -> Double {
        guard let line = ProcText.read("/proc/stat")?.split(separator: "\n").first else { return 0 }
        let fields = line.split(separator: " ").dropFirst().prefix(3).compactMap { Double($0) }
        return fields.reduce(0, +) / ProcText.ticksPerSecond
    }

    /// Seconds of this very process.
    package static var own: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension BenchReport.Machine {
    /// This machine.
    /// - Parameter folder: where the engine keeps its data.
    package static func here(folder: String) -> Self {
        let processor = (ProcText.read("/proc/cpuinfo") ?? "").split(separator: "\n")
            .first { $0.hasPrefix("model name") }?.split(separator: ":").last.map { String($0.drop { $0 == " " }) }
        let memory = ProcText.number("MemTotal", in: ProcText.read("/proc/meminfo") ?? "") ?? 0
        let kernel = (ProcText.read("/proc/sys/kernel/osrelease") ?? "unknown").filter { !$0.isNewline }
        return Self(
            cores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), processor: processor ?? "unknown",
            memoryMiB: memory / 1024, kernel: kernel, fileSystem: fileSystem(of: folder))
    }

    /// By the longest mount point that the path begins with.
    static func fileSystem(of folder: String, mounts: String? = nil) -> String {
        var best = (length: -1, type: "unknown")
        for line in (mounts ?? ProcText.read("/proc/self/mounts") ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let point = String(fields[1])
            let isAbove = point == "/" || folder == point || folder.hasPrefix(point + "/")
            // A later mount on the same point hides the earlier.
            if isAbove, point.utf8.count >= best.length { best = (point.utf8.count, String(fields[2])) }
        }
        return best.type
    }
}
