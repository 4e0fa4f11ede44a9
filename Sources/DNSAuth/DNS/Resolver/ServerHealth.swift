import Mail

/// Which server to ask first. A server that does not answer goes behind the others until its penalty is over, so a dead
/// one costs a timeout once and not with each question; it is never left out, since it may be the only one that works.
struct ServerHealth: Sendable {
    private struct Record {
        var failuresInRow = 0
        var suspectUntil = MonotonicInstant(nanoseconds: .min)
    }

    private var records: [Record]
    private let penalty: Duration
    private let maximum: Duration

    init(count: Int, penalty: Duration, maximum: Duration) {
        records = Array(repeating: Record(), count: count)
        self.penalty = penalty
        self.maximum = maximum
    }

    /// Healthy servers in configured order, then the suspects, the one whose penalty ends first in front.
    func order(at now: MonotonicInstant) -> [Int] {
        let healthy = records.indices.filter { records[$0].suspectUntil <= now }
        let suspect = records.indices.filter { records[$0].suspectUntil > now }
        return healthy + suspect.sorted { (records[$0].suspectUntil, $0) < (records[$1].suspectUntil, $1) }
    }

    mutating func answered(_ server: Int) { records[server] = Record() }

    mutating func failed(_ server: Int, at now: MonotonicInstant) {
        records[server].failuresInRow += 1
        let doublings = min(records[server].failuresInRow - 1, 16)
        records[server].suspectUntil = now + min(penalty * (1 << doublings), maximum)
    }
}
