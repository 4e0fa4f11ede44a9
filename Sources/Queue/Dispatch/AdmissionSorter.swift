import Mail

/// Sorts the deliveries of one message by the shard and site they belong to, asking the router only for what it knows.
struct AdmissionSorter {
    let message: MessageFacts
    let body: QueuedBody?
    let router: any Router
    let shards: Int
    let now: MonotonicInstant

    private(set) var admissions: [(shard: Int, admission: Admission)] = []
    /// The answer for the last destination: recipients of one domain mostly stand side by side.
    private var last: (destination: Domain, isDue: Bool, place: Int)?
    /// From the shard and the site (empty: unknown) to the place in `admissions`, once there are many.
    private var index: [Key: Int] = [:]

    private struct Key: Hashable {
        var shard: Int
        var site: String
    }

    init(message: MessageFacts, body: QueuedBody?, router: any Router, shards: Int, now: MonotonicInstant) {
        self.message = message
        self.body = body
        self.router = router
        self.shards = shards
        self.now = now
    }

    mutating func add(_ delivery: PendingDelivery) {
        let isDue = delivery.due.map { $0 <= now } ?? true
        if let last, last.destination == delivery.destination, last.isDue == isDue {
            admissions[last.place].admission.parcel.deliveries.append(delivery)
            return
        }
        let place = place(of: delivery, isDue: isDue)
        last = (delivery.destination, isDue, place)
    }

    private mutating func place(of delivery: PendingDelivery, isDue: Bool) -> Int {
        var route: Route?
        // What waits for a later time is routed then: routes change.
        if isDue, case .route(let known) = router.knownRoute(to: delivery.destination, isTest: message.isTest) {
            route = known
        }
        let shard =
            route.map { ShardMap.shard(ofSite: $0.site, among: shards) }
            ?? ShardMap.shard(ofDestination: delivery.destination, among: shards)
        // A site's deliveries stay together, so that they can share a transaction.
        let key = Key(shard: shard, site: route?.site ?? "")
        if !admissions.isEmpty {
            if index.isEmpty {
                let first = admissions[0]
                index[Key(shard: first.shard, site: first.admission.route?.site ?? "")] = 0
            }
            if let place = index[key] {
                admissions[place].admission.parcel.deliveries.append(delivery)
                return place
            }
            index[key] = admissions.count
        }
        admissions.append(
            (shard, Admission(parcel: Parcel(message: message, body: body, deliveries: [delivery]), route: route)))
        return admissions.count - 1
    }
}
