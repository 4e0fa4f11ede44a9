import Mail

/// The sources and pools as this shard uses them. Their numbers here are given to names once and stay over a reload, so
/// that what is under way still knows where it went from.
struct EgressState {
    struct Source {
        let name: String
        /// As the configuration in force has it; `nil`: it has none of that name any more.
        var source: EgressSource?
        /// Its counter in the ledger, or none.
        var meter: UInt32 = .none
        /// Transactions on a connection of it, where that is limited.
        var messagesPerConnection: Int?
        /// Batches under way.
        var lanes = 0
        var verdicts = VerdictCounts()
    }

    struct Pool {
        struct Member: Hashable {
            var source: UInt16
            var weight: Int
        }

        let name: String
        /// Empty: the configuration has no such pool any more.
        var members: [Member] = []
        /// The number of the pool that takes what no member may send now.
        var overflow: UInt16 = .none
        /// Grows when its members change: rotations of another version begin anew.
        var version: UInt32 = 0
    }

    var sources: [Source] = []
    var sourceNumbers: [String: UInt16] = [:]
    var pools: [Pool] = []
    var poolNumbers: [String: UInt16] = [:]
    /// By the place in the table.
    var numbersOfPools: [UInt16] = []
    /// Sources are configured.
    var isOn = false
    /// What sites that have been forgotten knew, by name, and when that may be forgotten, too.
    var remembered: [String: (egress: SiteEgress, until: UInt64)] = [:]
    var sweepAt = 1_024
}

/// What a site has to do with sources: whose turn it is, by pool, and what each source does there.
struct SiteEgress {
    struct Turn {
        var pool: UInt16
        var version: UInt32
        var rotation: SourceRotation
    }

    struct Source {
        /// Its counter for this site among the scheduler's meters, or none.
        var meter: UInt32 = .none
        /// Its daily counter for this site's provider, or none.
        var warmup: UInt32 = .none
        /// Batches under way.
        var lanes = 0
        var verdicts = VerdictCounts()
    }

    var turns: [Turn] = []
    /// By the source's number.
    var sources: [Source] = []
    /// What each lane sent from last, by the lane's number.
    var lanes: [UInt16] = []
}
