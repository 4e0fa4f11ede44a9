import Mail
import Metrics
import Synchronization

/// Made once; counting is all that happens per delivery.
struct DispatchMetrics: Sendable {
    private let notices = Counter(label: "martlet_failure_notices_total")
    private let delivered = Self.deliveries("delivered")
    private let deferred = Self.deliveries("deferred")
    private let bounced = Self.deliveries("bounced")
    /// From acceptance to the remote host's 250.
    private let latency = Metrics.Timer(label: "martlet_delivery_seconds", preferredDisplayUnit: .seconds)
    /// One attempt.
    private let attempt = Metrics.Timer(label: "martlet_attempt_seconds", preferredDisplayUnit: .seconds)
    private let shards: [ShardGauges]

    init(shards: Int) { self.shards = (0..<shards).map(ShardGauges.init) }

    private static func deliveries(_ verdict: String) -> Counter {
        Counter(label: "martlet_deliveries_total", dimensions: [("verdict", verdict)])
    }

    func noticeSent() { notices.increment() }

    func count(_ outcome: Outcome, deliveries: Int = 1) {
        switch outcome.verdict {
        case .delivered: delivered.increment(by: deliveries)
        case .deferred: deferred.increment(by: deliveries)
        case .bounced: bounced.increment(by: deliveries)
        }
    }

    func count(_ outcome: Outcome, acceptedAt: WallTime, now: WallTime) {
        count(outcome)
        attempt.recordNanoseconds(outcome.elapsed.wholeNanoseconds)
        if outcome.verdict == .delivered { latency.recordMilliseconds(max(0, (now - acceptedAt).wholeMilliseconds)) }
    }

    /// Sets the gauges of a shard, at most once a second; `distantFuture` always.
    func queue(_ counts: QueueCounts, shard: Int, at now: MonotonicInstant) {
        shards[shard].record(counts, at: now)
    }
}

private final class ShardGauges: Sendable {
    private let unrouted: Gauge
    private let ready: Gauge
    private let carried: Gauge
    private let waiting: Gauge
    private let lanes: Gauge
    private let next = Atomic<Int64>(.min)

    init(shard: Int) {
        func gauge(_ state: String) -> Gauge {
            Gauge(label: "martlet_queue_deliveries", dimensions: [("shard", "\(shard)"), ("state", state)])
        }
        unrouted = gauge("unrouted")
        ready = gauge("ready")
        carried = gauge("carried")
        waiting = gauge("waiting")
        lanes = Gauge(label: "martlet_queue_lanes", dimensions: [("shard", "\(shard)")])
    }

    func record(_ counts: QueueCounts, at now: MonotonicInstant) {
        guard now.nanoseconds >= next.load(ordering: .relaxed) else { return }
        if now != .distantFuture { next.store((now + .seconds(1)).nanoseconds, ordering: .relaxed) }
        unrouted.record(counts.unrouted)
        ready.record(counts.ready)
        carried.record(counts.carried)
        waiting.record(counts.waiting)
        lanes.record(counts.lanes)
    }
}
