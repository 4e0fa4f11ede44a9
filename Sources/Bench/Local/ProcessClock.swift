import Glibc
import Queue

/// Time and processor time of this process between two moments: local benches run in the process that measures them.
package struct ProcessClock: Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC.
    package let at: UInt64
    /// Seconds of processor time.
    package let user: Double
    package let system: Double
    /// Both, to the nanosecond: what the kernel says of the two apart is coarser.
    private let processor: Double

    /// Now.
    package init() {
        var usage = rusage()
        _ = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        user = Self.seconds(usage.ru_utime)
        system = Self.seconds(usage.ru_stime)
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        processor = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        at = Self.now
    }

    /// Nanoseconds of CLOCK_MONOTONIC.
    package static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Resident bytes of this process; 0 where the system does not tell.
    package static var residentBytes: Int { ResourceProbe.linux.residentBytes() ?? 0 }

    /// Processors that this machine has at work; at least 1.
    package static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    /// What has passed between the other moment and this one.
    package func since(_ start: ProcessClock) -> Spent {
        Spent(
            seconds: Double(at &- start.at) / 1e9, user: max(0, user - start.user),
            system: max(0, system - start.system), processor: max(0, processor - start.processor))
    }

    /// Seconds, on the wall and of processor time.
    package struct Spent: Sendable {
        package var seconds: Double
        package var user: Double
        package var system: Double
        package var processor: Double

        package init(seconds: Double = 0, user: Double = 0, system: Double = 0, processor: Double = 0) {
            self.seconds = seconds
            self.user = user
            self.system = system
            self.processor = processor
        }

        package static func += (sum: inout Self, other: Self) {
            sum.seconds += other.seconds
            sum.user += other.user
            sum.system += other.system
            sum.processor += other.processor
        }

        /// The engine and the load share the process, so there is one part.
        var cost: [BenchRun.PartCost] { [BenchRun.PartCost(part: "engine", user: user, system: system)] }
    }
}
