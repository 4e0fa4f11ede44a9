import Logging
import Mail
import Metrics

/// What a shard's watchdog remembers.
struct ShardWatch {
    var lanes = LaneWatch()
    fileprivate var scheduler = SchedulerWatch()
    fileprivate var task: Task<Void, Never>?

    func cancel() { task?.cancel() }
}

/// Looks, while there is mail, whether any of it stands still without a reason. What is found is told with its figures,
/// counted, and looked at again.
extension Shard {
    /// Begins to watch when there is something to.
    func keepWatch() {
        guard watch.task == nil, hasMail else { return }
        watch.task = spawn { shard in
            while shard.hasMail {
                do { try await shard.time.sleep(for: shard.tools.options.watch.interval) } catch { break }
                shard.lookAround(now: shard.time.now)
            }
            shard.watch.task = nil
        }
    }

    private var hasMail: Bool { scheduler.counts.deliveries > 0 }

    private func lookAround(now: MonotonicInstant) {
        for late in watch.lanes.late(tools.options.watch.laneLimit, now: now) {
            WatchMetrics.lateLanes.increment()
            tools.logger.error(
                """
                a batch is under way for \((now - late.since).components.seconds) s, longer than its transport may \
                take: \(describe(late))
                """)
        }
        // Whatever can be done is done before anybody is accused of standing still.
        work()
        let stalls = watch.scheduler.look(scheduler.stalls(now: now))
        guard !stalls.isEmpty else { return }
        for stall in stalls {
            WatchMetrics.stalled(stall.kind)
            tools.logger.error(
                "mail stood still for no reason (\(stall.kind.rawValue)) and goes on: \(scheduler.figures(of: stall))")
            scheduler.mend(stall, now: now)
        }
        work()
    }

    /// A batch that had been told of has come back after all.
    func cameBack(_ late: LaneWatch.UnderWay) {
        tools.logger.notice(
            "a batch came back after \((time.now - late.since).components.seconds) s: \(describe(late))")
    }

    private func describe(_ late: LaneWatch.UnderWay) -> String {
        let site = carriers[Int(late.site)]?.site ?? ""
        return "site \(site), lane \(late.lane), \(late.count) deliveries"
    }
}

private enum WatchMetrics {
    static let lateLanes = Counter(label: "martlet_queue_late_lanes_total")
    private static let stalls = Stall.Kind.allCases.map { kind in
        (kind, Counter(label: "martlet_queue_stalls_total", dimensions: [("kind", kind.rawValue)]))
    }

    static func stalled(_ kind: Stall.Kind) {
        for (known, counter) in stalls where known == kind { counter.increment() }
    }
}
