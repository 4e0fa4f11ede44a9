import Mail

extension Scheduler {
    /// Takes deliveries in. Those that are due go to the site; without one they wait for a route.
    mutating func admit(_ parcel: Parcel, to site: SiteIndex?, now: MonotonicInstant) {
        guard !parcel.deliveries.isEmpty else { return }
        let tick = clock.observe(now)
        let message = entry(for: parcel)
        if delays.after != nil, messages[message].pending == 0 { watchDelay(of: message, parcel, tick: tick) }
        let expiry = messages[message].expiry
        for pending in parcel.deliveries {
            let destination = self.destination(pending.destination, isTest: parcel.message.isTest)
            destinations[destination].references += 1
            let delivery = deliveries.insert(
                DeliveryEntry(
                    message: message, recipient: pending.recipient, destination: destination,
                    attempts: UInt16(clamping: pending.attempts), state: .waiting))
            adopt(delivery, by: message)
            if let due = pending.due.map(clock.deadline), due > tick {
                awaitTime(delivery)
                timers.set(delivery, at: min(due, expiry))
            } else if let site {
                enqueue(delivery, at: site)
                timers.set(delivery, at: expiry)
            } else {
                awaitRoute(delivery)
                timers.set(delivery, at: expiry)
            }
        }
    }

    private mutating func entry(for parcel: Parcel) -> UInt32 {
        let facts = parcel.message
        if let known = find(facts.id) { return known }
        let group = self.group(of: facts)
        let message = messages.insert(
            MessageEntry(
                id: facts.id, number: facts.number, expiry: clock.deadline(facts.expiry), group: group,
                size: UInt32(clamping: facts.size), isTest: facts.isTest))
        join(message, group)
        index(message: message)
        if let body = parcel.body { keep(body, of: message) }
        return message
    }

    private mutating func destination(_ domain: Domain, isTest: Bool) -> UInt32 {
        let key = Destination.Key(domain: domain, isTest: isTest)
        if let number = find(key) { return number }
        let number = destinations.insert(Destination(key: key))
        index(destination: number)
        return number
    }

    private mutating func adopt(_ delivery: UInt32, by message: UInt32) {
        let first = messages[message].firstDelivery
        deliveries[delivery].nextSibling = first
        if first != .none { deliveries[first].previousSibling = delivery }
        messages[message].firstDelivery = delivery
        messages[message].pending += 1
        groups[messages[message].group].deliveries += 1
    }

    /// Puts a body into the cache, if it fits, for the attempts to come.
    mutating func keep(_ body: QueuedBody, of message: UInt32) {
        guard messages[message].body == .none else { return }
        var dropped: [UInt32] = []
        let place = bodies.insert(body, message: message) { dropped.append($0) }
        for victim in dropped { messages[victim].body = .none }
        messages[message].body = place
    }

    /// In its destination's list of those that wait. Its timer is the caller's business.
    mutating func awaitTime(_ delivery: UInt32) {
        deliveries[delivery].state = .waiting
        deliveries[delivery].flow = .none
        destinations[deliveries[delivery].destination].waiting.append(delivery, in: &deliveries)
        counts.waiting += 1
    }
}
