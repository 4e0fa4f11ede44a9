import Mail

/// Deliveries whose time has come but whose site is not known (yet, or any more) wait in a list of their destination,
/// so that one question to the router serves them all.
extension Scheduler {
    mutating func awaitRoute(_ delivery: UInt32) {
        let destination = deliveries[delivery].destination
        deliveries[delivery].state = .unrouted
        deliveries[delivery].flow = .none
        destinations[destination].unrouted.append(delivery, in: &deliveries)
        counts.unrouted += 1
        if !destinations[destination].isQueued, !destinations[destination].isResolving {
            destinations[destination].isQueued = true
            unrouted.append(destination)
        }
    }

    /// The next destination that wants a route. Until `routed`, `takeUnrouted` or `deferUnrouted` is called for it,
    /// it is not named again and cannot vanish.
    mutating func nextUnrouted() -> (destination: UInt32, key: Destination.Key)? {
        while let destination = unrouted.popFirst() {
            destinations[destination].isQueued = false
            if destinations[destination].unrouted.isEmpty {
                forgetDestination(ifUnused: destination)
                continue
            }
            destinations[destination].isResolving = true
            return (destination, destinations[destination].key)
        }
        return nil
    }

    /// The route is known: its deliveries join the queue of the site.
    mutating func routed(_ destination: UInt32, to site: SiteIndex) {
        var delivery = emptyUnrouted(destination)
        while delivery != .none {
            let next = deliveries[delivery].next
            // The timer stands at the end of its life already.
            enqueue(delivery, at: site)
            delivery = next
        }
        forgetDestination(ifUnused: destination)
    }

    /// Its deliveries leave this scheduler: they are unroutable for good, or their site lives on another shard.
    mutating func takeUnrouted(_ destination: UInt32) -> [Leaving] {
        var leaving: [Leaving] = []
        var last = UInt32.none
        var delivery = destinations[destination].unrouted.head
        while delivery != .none {
            let next = deliveries[delivery].next
            let message = deliveries[delivery].message
            if message == last {
                leaving[leaving.count - 1].deliveries.append(departure(of: delivery))
            } else {
                leaving.append(departure(of: message, first: delivery))
            }
            // The message's number is given out anew only after its last delivery is gone.
            last = messages[message].pending > 1 ? message : .none
            remove(delivery)
            delivery = next
        }
        destinations[destination].isResolving = false
        forgetDestination(ifUnused: destination)
        return leaving
    }

    /// There is no route at present: its deliveries wait for their next attempt.
    mutating func deferUnrouted(
        _ destination: UInt32, reason: DeferralReason, now: MonotonicInstant
    ) -> [(leaving: Leaving, retryAt: MonotonicInstant)] {
        var deferred: [(leaving: Leaving, retryAt: MonotonicInstant)] = []
        var last = UInt32.none
        var delivery = emptyUnrouted(destination)
        while delivery != .none {
            let next = deliveries[delivery].next
            let message = deliveries[delivery].message
            if message == last,
                deferred[deferred.count - 1].leaving.deliveries[0].attempts
                    == Int(deliveries[delivery].attempts)
            {
                deferred[deferred.count - 1].leaving.deliveries.append(departure(of: delivery))
            } else {
                let retryAt = retryTime(of: delivery, RetryClass(reason), now: now)
                deferred.append((departure(of: message, first: delivery), clock.instant(retryAt)))
            }
            last = message
            postpone(delivery, until: clock.deadline(deferred[deferred.count - 1].retryAt), reason: reason)
            delivery = next
        }
        forgetDestination(ifUnused: destination)
        return deferred
    }

    /// - Returns: the first of its unrouted deliveries, which stay linked to one another.
    private mutating func emptyUnrouted(_ destination: UInt32) -> UInt32 {
        let first = destinations[destination].unrouted.head
        counts.unrouted -= destinations[destination].unrouted.count
        destinations[destination].unrouted.removeAll()
        destinations[destination].isResolving = false
        return first
    }

    mutating func forgetDestination(ifUnused destination: UInt32) {
        guard destinations[destination].references == 0, !destinations[destination].isQueued,
            !destinations[destination].isResolving
        else { return }
        displace(destination)
        unindex(destination: destination)
        destinations.release(destination)
    }

    func departure(of message: UInt32, first delivery: UInt32) -> Leaving {
        Leaving(
            message: facts(of: message), body: bodies[messages[message].body],
            deliveries: [departure(of: delivery)])
    }

    func departure(of delivery: UInt32) -> LeavingDelivery {
        let entry = deliveries[delivery]
        return LeavingDelivery(
            recipient: entry.recipient, destination: destinations[entry.destination].key.domain,
            attempts: Int(entry.attempts))
    }

    func facts(of message: UInt32) -> MessageFacts {
        let entry = messages[message]
        let key = groups[entry.group].key
        return MessageFacts(
            id: entry.id, number: entry.number, tenant: tenants[Int(key.tenant)].id, stream: key.stream,
            isTest: entry.isTest, size: Int(entry.size), expiry: clock.instant(entry.expiry), campaign: key.campaign,
            pool: key.chosenPool == .none ? nil : egress.pools[Int(key.chosenPool)].name)
    }
}
