import CEvent
import Glibc
import Mail

/// What a watch found out. The bits are libevent's.
struct Readiness: OptionSet {
    let rawValue: Int16

    static let timeout = Self(rawValue: Int16(EV_TIMEOUT))
    static let read = Self(rawValue: Int16(EV_READ))
    static let write = Self(rawValue: Int16(EV_WRITE))
}

/// What a watch reports to. The watch does not keep it alive: whoever owns the watch is its target, or outlives it.
class WatchTarget {
    /// Called on the thread of the loop, never within a call into the watch.
    func becameReady(_ readiness: Readiness) {}
}

/// Owns one libevent event: a file descriptor or a timer. Made, armed and freed on the thread of its loop; once it is
/// freed no callback can arrive.
///
/// This file is the only one that turns libevent's pointers back into objects.
@safe
struct Watch: ~Copyable {
    private let raw: UnsafeMutablePointer<event>

    /// What to watch a descriptor for.
    enum Interest {
        /// Reported once per change in either direction (edge-triggered): registered once for the life of a connection,
        /// so that waiting costs no system call. Who waits must have met EAGAIN before.
        case changes
        /// Reported for as long as there is something to read or accept.
        case readable
        /// Reported for as long as any of it holds: for libraries that do not read until EAGAIN.
        case level(Readiness)
    }

    init(descriptor: Int32, interest: Interest, target: WatchTarget, on loop: EventLoop) {
        let flags =
            switch interest {
            case .changes: EV_READ | EV_WRITE | EV_ET | EV_PERSIST
            case .readable: EV_READ | EV_PERSIST
            case .level(let readiness): Int32(readiness.rawValue) | EV_PERSIST
            }
        self.init(descriptor, Int16(flags), target, loop)
    }

    /// A timer, which goes off once for every time it is armed.
    init(timerFor target: WatchTarget, on loop: EventLoop) {
        self.init(-1, 0, target, loop)
    }

    private init(_ descriptor: Int32, _ flags: Int16, _ target: WatchTarget, _ loop: EventLoop) {
        assert(loop.isTouchable, "a watch is made on its loop")
        let argument = unsafe Unmanaged.passUnretained(target).toOpaque()
        guard let new = unsafe event_new(loop.base.raw, descriptor, flags, martletBecameReady, argument) else {
            preconditionFailure("out of memory")
        }
        unsafe raw = unsafe new
    }

    /// Starts watching a descriptor. Returns false when the kernel has no memory for it.
    borrowing func arm() -> Bool { unsafe event_add(raw, nil) == 0 }

    /// Sets the timer, or sets it anew.
    borrowing func arm(after duration: Duration) {
        // libevent's clock ticks every 4 ms and may stand behind ours; one more millisecond saves most early wake-ups.
        let microseconds = max(0, min(duration.wholeNanoseconds / 1_000, 365 * 86_400_000_000)) + 1_000
        var interval = timeval(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
        _ = unsafe event_add(raw, &interval)
    }

    borrowing func disarm() { _ = unsafe event_del(raw) }

    deinit { unsafe event_free(raw) }
}

private func martletBecameReady(_: Int32, _ what: Int16, _ argument: UnsafeMutableRawPointer?) {
    guard let argument = unsafe argument else { return }
    unsafe Unmanaged<WatchTarget>.fromOpaque(argument)._withUnsafeGuaranteedRef {
        $0.becameReady(Readiness(rawValue: what))
    }
}
