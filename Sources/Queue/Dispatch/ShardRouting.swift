import Mail

extension Shard {
    /// Finds routes for the destinations that want one: at once where the router knows them, by one question per
    /// destination where it must ask.
    func routeUnrouted(now: MonotonicInstant) {
        while lookups < tools.options.routeLookups, let (destination, key) = scheduler.nextUnrouted() {
            if let decision = tools.router.knownRoute(to: key.domain, isTest: key.isTest) {
                settle(destination, decision, now: now)
                continue
            }
            lookups += 1
            spawn { shard in
                let decision = await shard.tools.router.route(to: key.domain, isTest: key.isTest)
                shard.lookups -= 1
                shard.settle(destination, decision, now: shard.time.now)
                shard.work()
            }
        }
    }

    private func settle(_ destination: UInt32, _ decision: RouteDecision, now: MonotonicInstant) {
        switch decision {
        case .route(let route):
            let home = ShardMap.shard(ofSite: route.site, among: tools.boxes.count)
            if home == index {
                scheduler.routed(destination, to: site(of: route, now: now))
            } else {
                handOver(scheduler.takeUnrouted(destination), to: home, route: route)
            }
        case .unroutable(let outcome):
            switch outcome.verdict {
            case .bounced:
                retire(scheduler.takeUnrouted(destination), as: outcome)
            case .deferred(let reason):
                postpone(destination, reason: reason, outcome: outcome, now: now)
            case .delivered:
                // A router delivers nothing; whatever it means, the mail is still here.
                postpone(destination, reason: .noRoute, outcome: Outcome(.deferred(.noRoute)), now: now)
            }
        }
    }

    private func postpone(_ destination: UInt32, reason: DeferralReason, outcome: Outcome, now: MonotonicInstant) {
        for deferred in scheduler.deferUnrouted(destination, reason: reason, now: now) {
            retirements.items.append(
                Retirement(leaving: deferred.leaving, outcome: outcome, retryAt: deferred.retryAt))
        }
        writeRetirements()
    }

    /// The site lives on another loop: everything goes over in one batch.
    private func handOver(_ leaving: [Leaving], to home: Int, route: Route) {
        tools.boxes[home].put(
            leaving.map { leaving in
                Admission(
                    parcel: Parcel(
                        message: leaving.message, body: leaving.body,
                        deliveries: leaving.deliveries.map {
                            PendingDelivery(
                                recipient: $0.recipient, destination: $0.destination, attempts: $0.attempts)
                        }),
                    route: route)
            })
    }
}

/// Where a site or an unrouted destination lives: the same everywhere in the process.
enum ShardMap {
    static func shard(ofSite site: String, among shards: Int) -> Int { place(site, among: shards) }

    /// Before the site is known.
    static func shard(ofDestination domain: Domain, among shards: Int) -> Int { place(domain.text, among: shards) }

    private static func place(_ name: String, among shards: Int) -> Int {
        guard shards > 1 else { return 0 }
        // The hash mixes the last bytes badly, in which names differ most, hence the step of SplitMix64 behind it.
        var mixer = SplitMix64(seed: StableHash.of(name))
        return Int(mixer.next() % UInt64(shards))
    }
}
