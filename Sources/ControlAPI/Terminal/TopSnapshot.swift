package import Mail

/// What `martlet top` has seen of the server at one moment.
package struct TopSnapshot: Sendable {
    /// The clock of this machine: rates are differences by it.
    package let taken: MonotonicInstant
    let summary: JSONValue
    let sites: [Site]
    let warmups: [JSONValue]
    /// The clock of the server.
    let at: WallTime?

    /// A site with what the screen sorts by.
    struct Site: Sendable {
        let json: JSONValue
        let name: String
        let queued: Int
        let delivered: Int
        let deferred: Int
        let oldest: WallTime?
    }

    /// - Parameter warmups: `nil`: they are not known.
    package init(
        summary: OperatorAnswer, sites: OperatorAnswer, warmups: OperatorAnswer?, taken: MonotonicInstant
    ) {
        self.taken = taken
        self.summary = summary.data
        at = summary.data["at"].moment
        self.warmups = warmups?.data.list ?? []
        self.sites = sites.data.list.map { site in
            Site(
                json: site, name: site["site"].string ?? "", queued: site["deliveries"].whole,
                delivered: site["delivered"].whole, deferred: site["deferred"].whole, oldest: site["oldest"].moment)
        }
    }
}

/// Rates from the differences of two snapshots. Where a counter has fallen, the server was started anew: no rate.
struct TopRates {
    private let seconds: Double?
    private let earlier: TopSnapshot?
    private let sites: [String: TopSnapshot.Site]

    init(_ now: TopSnapshot, since earlier: TopSnapshot?) {
        self.earlier = earlier
        sites = Dictionary((earlier?.sites ?? []).map { ($0.name, $0) }) { first, _ in first }
        guard let earlier, earlier.taken < now.taken else {
            seconds = nil
            return
        }
        let elapsed = now.taken - earlier.taken
        seconds = Double(elapsed.wholeNanoseconds) / 1e9
    }

    func total(_ name: String, _ now: TopSnapshot) -> Double? {
        earlier.flatMap { rate(now.summary[name].whole, since: $0.summary[name].whole) }
    }

    func delivered(_ site: TopSnapshot.Site) -> Double? {
        sites[site.name].flatMap { rate(site.delivered, since: $0.delivered) }
    }

    func deferred(_ site: TopSnapshot.Site) -> Double? {
        sites[site.name].flatMap { rate(site.deferred, since: $0.deferred) }
    }

    private func rate(_ now: Int, since earlier: Int) -> Double? {
        guard let seconds, seconds > 0, now >= earlier else { return nil }
        return Double(now - earlier) / seconds
    }
}
