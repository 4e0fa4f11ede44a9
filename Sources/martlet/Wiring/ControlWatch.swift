import Mail
import Queue
import Service
import Storage

/// Looks, twice a second, whether another process has written the control database: `martlet key create` and
/// `martlet domain add` take effect in a running server without a signal. Brings the queue's gauges and the counts of
/// look-ups up to date as well.
struct ControlWatch {
    let room: ControlRoom
    let queue: DeliveryQueue
    let lookups: LookupMetrics

    func run() async {
        var seen = try? await room.control.foreignVersion()
        while !Task.isCancelled {
            do { try await room.time.sleep(for: .milliseconds(500)) } catch { return }
            _ = await queue.snapshot(sites: 0)
            lookups.update()
            guard let version = try? await room.control.foreignVersion(), version != seen else { continue }
            seen = version
            await room.directory.changed()
        }
    }
}
