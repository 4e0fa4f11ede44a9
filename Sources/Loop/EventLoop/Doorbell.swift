import CEvent
import Glibc

/// The eventfd by which another thread wakes a sleeping loop.
///
/// `@unchecked Sendable`: the descriptor never changes, and the kernel serialises the calls.
final class Doorbell: WatchTarget, @unchecked Sendable {
    let descriptor: Int32

    init(ringing: Void) throws(LoopFailure) {
        descriptor = martlet_eventfd()
        if descriptor < 0 { throw .noWakeDescriptor(errno: errno) }
    }

    deinit { _ = Glibc.close(descriptor) }

    func ring() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    override func becameReady(_ readiness: Readiness) {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
