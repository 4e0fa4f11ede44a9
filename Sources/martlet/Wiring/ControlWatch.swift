import Mail
import Queue
import Service
import Storage

/// Looks, twice a second, whether another process has written the control database: `martlet key create` and
/// `martlet domain add` take effect in a running server without a signal. Brings the queue's gauges and the counts of
/// look-ups and commits up to date as well.
struct ControlWatch {
    let room: ControlRoom
    let queue: DeliveryQueue
    let lookups: LookupMetrics
    let journal: JournalMetrics
    let scheduling: SchedulingRoom

    /// A summary looks at every tenant with mail, so it is made less often.
    private static let rounds = 10

    func run() async {
        var seen = try? await room.control.foreignVersion()
        let figures = SchedulingMetrics()
        var round = 0
        while !Task.isCancelled {
            do { try await room.time.sleep(for: .milliseconds(500)) } catch { return }
            _ = await queue.snapshot(sites: 0)
            lookups.update()
            journal.update()
            round = (round + 1) % Self.rounds
            if round == 0 { figures.update(await queue.summary(), rules: scheduling.figures) }
            guard let version = try? await room.control.foreignVersion(), version != seen else { continue }
            seen = version
            await room.directory.changed()
        }
    }
}
