package import Mail

/// What is to be simulated: the world outside, the traffic, and the engine's own settings.
///
/// - Note: DNS, TLS, the journal and the network are not part of it; the queue's decisions are.
package struct SimulationPlan: Sendable {
    /// The wall clock at the beginning.
    package var start: WallTime
    package var length: Duration
    /// What is counted as one day of the report begins and ends with this much of UTC's, so many seconds east.
    package var zone = 0
    package var sites: [SiteScript]
    package var traffic: [TrafficScript]
    package var verbs: [ScriptedVerb] = []
    /// Limits, sources and pools, retries; its daily ledger and shaping desk are made anew from what stands below.
    package var options = SchedulerOptions()
    package var daily = DailySetup.none
    /// Places of sources that receivers know and trust from before.
    package var knownSources: Set<Int> = []
    package var shaping: ShapingRules?
    /// Idle connections are kept for so long.
    package var keepsConnections = Duration.seconds(30)

    /// - Parameter start: 1 January 2027 at midnight UTC when nobody says otherwise.
    package init(
        start: WallTime = WallTime(milliseconds: 1_798_761_600_000), length: Duration, sites: [SiteScript],
        traffic: [TrafficScript]
    ) {
        self.start = start
        self.length = length
        self.sites = sites
        self.traffic = traffic
    }

    /// Runs it to its end. The same seed gives the same report.
    package func simulate(seed: UInt64) -> SimulationReport {
        var simulation = Simulation(self, seed: seed)
        return simulation.run()
    }
}

/// What an operator, or the machine, does while a simulation runs.
package struct ScriptedVerb: Sendable {
    package enum Action: Sendable {
        /// The whole queue.
        case suspend(Suspension)
        case resume(Suspension)
        /// Every message of a traffic script that was handed in within the last so many.
        case cancel(traffic: Int, last: Int)
        /// What waits for its next attempt is due.
        case flush(QueueSelector)
        /// What is queued leaves.
        case bounce(QueueSelector)
        /// To a pool by name, or back to the one that is configured.
        case reroute(QueueSelector, pool: String?)
        /// The machine sleeps: the clock goes on, nothing runs.
        case stall(Duration)
        /// `nil`: until it is released.
        case hold(Hold.Scope, Duration?)
        /// Every hold of exactly this scope, whoever made it.
        case release(Hold.Scope)
        /// Other limits from now on.
        case reload(ThrottleTable)
        /// Somebody sets the wall clock forward, or back; the monotonic clock goes on.
        case setWall(Duration)
    }

    /// From the beginning of the simulation.
    package var time: Duration
    package var action: Action

    package init(at time: Duration, _ action: Action) {
        self.time = time
        self.action = action
    }
}
