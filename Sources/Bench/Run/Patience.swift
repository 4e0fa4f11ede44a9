import Glibc
import Loop
import Mail

/// Waiting on the bench's own thread, always with an end.
package enum Patience {
    /// Asks again every few milliseconds until it holds.
    /// - Parameter seconds: the longest time. With 0 it is asked once.
    /// - Returns: whether it held in the end.
    package static func wait(_ seconds: Double, until holds: () -> Bool) -> Bool {
        let end = MonotonicClock.now &+ UInt64(max(0, min(seconds, 86_400)) * 1e9)
        while !holds() {
            if MonotonicClock.now >= end { return false }
            pause(milliseconds: 5)
        }
        return true
    }

    package static func pause(milliseconds: UInt32) { usleep(min(milliseconds, 60_000) &* 1_000) }
}

/// CLOCK_MONOTONIC as a bare number: all processes of the machine share it, so that the sink can tell how long ago the
/// source sent.
package enum MonotonicClock {
    /// Nanoseconds.
    package static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
