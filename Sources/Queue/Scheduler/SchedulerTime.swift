import Mail

extension Scheduler {
    /// Moves the clock: deliveries whose time has come ask for a route, back-offs end, and those whose life is over
    /// leave and are returned, one entry per message.
    mutating func advance(to now: MonotonicInstant) -> [Leaving] {
        let tick = clock.observe(now)
        var fired: [UInt32] = []
        expireHolds(tick: tick)
        if let end = nextLimitEnd, end <= tick { expireLimits(now: now, tick: tick) }
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
                detach(delivery)
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
}
