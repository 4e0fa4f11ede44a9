import Mail

extension Scheduler {
    /// Moves the clock: deliveries whose time has come ask for a route, back-offs end, and those whose life is over
    /// leave and are returned, one entry per message.
    mutating func advance(to now: MonotonicInstant) -> [Leaving] {
        let tick = clock.elapsed(now)
        var fired: [UInt32] = []
        siteTimers.advance(to: tick, fired: &fired)
        for site in fired { siteTimerFired(site, tick: tick) }
        if flowTimers.count > 0 {
            fired.removeAll(keepingCapacity: true)
            flowTimers.advance(to: tick, fired: &fired)
            for flow in fired { unpark(flow, tick: tick) }
        }
        fired.removeAll(keepingCapacity: true)
        timers.advance(to: tick, fired: &fired)
        guard !fired.isEmpty else { return [] }

        var leaving: [Leaving] = []
        var places: [UUIDv7: Int] = [:]
        for delivery in fired {
            let message = deliveries[delivery].message
            if messages[message].expiry > tick {
                // Only what waits has a timer before the end of its life.
                counts.waiting -= 1
                awaitRoute(delivery)
                timers.set(delivery, at: messages[message].expiry)
                continue
            }
            let id = messages[message].id
            if let place = places[id] {
                leaving[place].deliveries.append(departure(of: delivery))
            } else {
                places[id] = leaving.count
                leaving.append(departure(of: message, first: delivery))
            }
            remove(delivery)
        }
        return leaving
    }

    /// Takes a message out of the queue. What is under way cannot be called back, but is not tried again.
    mutating func cancel(_ id: UUIDv7) -> (leaving: Leaving?, underWay: Int) {
        guard let message = find(id) else { return (nil, 0) }
        messages[message].isCancelled = true
        var leaving: Leaving?
        var underWay = 0
        var delivery = messages[message].firstDelivery
        while delivery != .none {
            let next = deliveries[delivery].nextSibling
            switch deliveries[delivery].state {
            case .carried:
                underWay += 1
            case .unrouted, .ready, .waiting:
                if leaving == nil {
                    leaving = departure(of: message, first: delivery)
                } else {
                    leaving?.deliveries.append(departure(of: delivery))
                }
                remove(delivery)
            }
            delivery = next
        }
        return (leaving, underWay)
    }

    /// Why each delivery of a message is where it is. Empty: the message has none in this shard.
    func explain(
        _ id: UUIDv7, now: MonotonicInstant? = nil
    ) -> [(recipient: UInt32, reason: WaitReason)] {
        guard let message = find(id) else { return [] }
        let now = now ?? clock.instant(timers.elapsed)
        var reasons: [(recipient: UInt32, reason: WaitReason)] = []
        var delivery = messages[message].firstDelivery
        while delivery != .none {
            reasons.append((deliveries[delivery].recipient, reason(for: delivery, now: now)))
            delivery = deliveries[delivery].nextSibling
        }
        return reasons
    }

    private func reason(for delivery: UInt32, now: MonotonicInstant) -> WaitReason {
        let entry = deliveries[delivery]
        switch entry.state {
        case .carried: return .underWay
        case .unrouted: return .routing
        case .waiting:
            let until = clock.instant(timers.time(of: delivery) ?? 0)
            if entry.attempts == 0 { return .scheduled(until: until) }
            return .retry(DeferralReason(rawValue: entry.lastReason), attempts: Int(entry.attempts), until: until)
        case .ready:
            let site = sites[flows[entry.flow].key.site]
            if let suspension = suspensions.min(by: { $0.rawValue < $1.rawValue }) { return .suspended(suspension) }
            if let until = site.health.blockedUntil {
                return .siteBackOff(site: site.name, site.health.reason, until: clock.instant(until))
            }
            if let refusal = refusal(of: entry.flow, now: now) { return .throttled(refusal) }
            let limit = lanesAllowed(site)
            if site.lanes.count >= limit { return .siteConnections(site: site.name, limit: limit) }
            if counts.lanes >= options.lanes { return .shardConnections(limit: options.lanes) }
            return .turn(site: site.name)
        }
    }
}
