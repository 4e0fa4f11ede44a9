package import Glibc

/// A process and all its descendants, as they are at this moment.
package struct ProcessTree: Sendable {
    package let root: pid_t

    package init(root: pid_t) { self.root = root }

    /// Seconds of processor time since each process began, those that have ended and were waited for included.
    package struct CPU: Sendable, Equatable {
        package var user = 0.0
        package var system = 0.0
        package var total: Double { user + system }

        static func - (a: Self, b: Self) -> Self {
            Self(user: max(0, a.user - b.user), system: max(0, a.system - b.system))
        }

        mutating func add(_ user: Double, _ system: Double) {
            self.user += user
            self.system += system
        }
    }

    /// What is cheap to ask for.
    package struct Reading: Sendable {
        package var cpu = CPU()
        /// Sum over the processes; memory that they share counts more than once.
        package var residentBytes = 0
        package var processes: [pid_t] = []
    }

    /// `nil` when the root has ended.
    package func reading() -> Reading? {
        guard let first = Self.stat(root) else { return nil }
        var parents: [pid_t: [(pid_t, ProcStat)]] = [:]
        for pid in ProcText.numbers(in: "/proc") {
            if let stat = Self.stat(pid) { parents[stat.parent, default: []].append((pid, stat)) }
        }
        var reading = Reading()
        var open = [(root, first)]
        while let (pid, stat) = open.popLast() {
            reading.cpu.add(stat.user + stat.childrenUser, stat.system + stat.childrenSystem)
            reading.residentBytes += stat.residentBytes
            reading.processes.append(pid)
            open += parents.removeValue(forKey: pid) ?? []
        }
        return reading
    }

    /// The same for a process without descendants, for a source or sink of ours.
    package func single() -> Reading? {
        Self.stat(root).map { stat in
            Reading(
                cpu: CPU(user: stat.user, system: stat.system), residentBytes: stat.residentBytes, processes: [root])
        }
    }

    /// Shared memory divided among those who share it. `nil` where the kernel does not tell.
    package static func proportionalBytes(_ processes: [pid_t]) -> Int? {
        var sum: Int?
        for pid in processes {
            if let text = ProcText.read("/proc/\(pid)/smaps_rollup"), let kib = ProcText.number("Pss", in: text) {
                sum = (sum ?? 0) + kib * 1024
            }
        }
        return sum
    }

    /// Bytes that they, and those they have waited for, sent to the disk. `nil` where the kernel does not tell.
    package static func bytesWritten(_ processes: [pid_t]) -> Int? {
        var sum: Int?
        for pid in processes {
            if let text = ProcText.read("/proc/\(pid)/io"), let bytes = ProcText.number("write_bytes", in: text) {
                sum = (sum ?? 0) + bytes
            }
        }
        return sum
    }

    /// Processor time by the name of the thread, the number of a pool's thread taken off.
    package static func threads(_ processes: [pid_t]) -> [String: CPU] {
        var found: [String: CPU] = [:]
        for pid in processes {
            for thread in ProcText.numbers(in: "/proc/\(pid)/task") {
                guard let text = ProcText.read("/proc/\(pid)/task/\(thread)/stat"), let stat = ProcStat(text) else {
                    continue
                }
                found[Self.family(stat.name), default: CPU()].add(stat.user, stat.system)
            }
        }
        return found
    }

    /// Threads of a pool are one; event loops are not, as mail may burden one of them and leave another idle.
    static func family(_ name: String) -> String {
        // Swift's own threads: `com.apple.root.default-qos`, of which the kernel keeps an end.
        if name.contains("-qos") { return "shared pool" }
        if name.hasPrefix("loop-") { return name }
        let trimmed = name.reversed().drop { $0.isNumber }
        guard trimmed.first == "-", trimmed.count > 1, trimmed.count < name.count else { return name }
        return String(trimmed.dropFirst().reversed())
    }

    private static func stat(_ pid: pid_t) -> ProcStat? {
        ProcText.read("/proc/\(pid)/stat").flatMap { ProcStat($0) }
    }
}
