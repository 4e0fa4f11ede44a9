import Glibc

/// How the machine is measured; tests put their own figures in. `nil` everywhere is "cannot be told", which refuses
/// nothing.
package struct ResourceProbe: Sendable {
    /// The smaller share of blocks and inodes that an unprivileged process may still take, 0...1.
    package var freeShare: @Sendable (_ folder: String) -> Double?
    /// Resident bytes of this process.
    package var residentBytes: @Sendable () -> Int?
    /// Bytes this process may take: the cgroup's limit or the machine's memory, whichever is smaller.
    package var memoryBudget: @Sendable () -> Int?
    /// Gives memory that nobody uses back to the machine.
    package var giveBack: @Sendable () -> Void

    package init(
        freeShare: @escaping @Sendable (String) -> Double?, residentBytes: @escaping @Sendable () -> Int?,
        memoryBudget: @escaping @Sendable () -> Int?, giveBack: @escaping @Sendable () -> Void = {}
    ) {
        self.freeShare = freeShare
        self.residentBytes = residentBytes
        self.memoryBudget = memoryBudget
        self.giveBack = giveBack
    }

    package static let linux = ResourceProbe(
        freeShare: measureFreeShare, residentBytes: readResidentBytes, memoryBudget: readMemoryBudget,
        giveBack: giveBackMemory)

    private static func measureFreeShare(of folder: String) -> Double? {
        var figures = statvfs()
        guard unsafe statvfs(folder, &figures) == 0, figures.f_blocks > 0 else { return nil }
        let blocks = Double(figures.f_bavail) / Double(figures.f_blocks)
        // Some file systems make inodes as they need them and report none.
        guard figures.f_files > 0 else { return blocks }
        return min(blocks, Double(figures.f_favail) / Double(figures.f_files))
    }

    private static func readResidentBytes() -> Int? {
        // proc(5): size and resident pages.
        let fields = read("/proc/self/statm").split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = number(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func readMemoryBudget() -> Int? {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let physical = pages > 0 ? pages * Int(sysconf(Int32(_SC_PAGESIZE))) : nil
        // cgroup v2, as seen from inside a container; "max" is no limit.
        let limit = number(read("/sys/fs/cgroup/memory.max")[...])
        guard let physical, let limit else { return physical ?? limit }
        return min(physical, limit)
    }

    private static func giveBackMemory() {
        // malloc_trim(3) is not in Swift's module of the C library, and other C libraries have none.
        guard let found = unsafe dlsym(nil, "malloc_trim") else { return }
        let trim = unsafe unsafeBitCast(found, to: (@convention(c) (Int) -> Int32).self)
        _ = trim(0)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value: Int?
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { break }
            let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// The first bytes of a small file of the kernel; empty when there is none.
    private static func read(_ path: String) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return unsafe [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = max(0, unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
    }
}
