import Mail

extension Scheduler {
    /// The number of a site, made if it is new; its limits are brought up to date.
    mutating func site(named name: String, limits: SiteLimits, now: MonotonicInstant) -> SiteIndex {
        if let site = siteNumbers[name] {
            if sites[site].limits != limits { change(limits, of: site) }
            return site
        }
        let site = sites.insert(Site(name: name, limits: limits))
        siteNumbers[name] = site
        if !options.throttles.isEmpty { limit(site) }
        siteTimers.set(site, at: clock.deadline(now + options.siteIdle))
        return site
    }

    private mutating func change(_ limits: SiteLimits, of site: SiteIndex) {
        // A site that is being probed earns its lanes one by one, whatever the limit.
        let wasFull = sites[site].allowance >= sites[site].limits.connections && sites[site].health.backOffs == 0
        sites[site].limits = limits
        let connections = max(1, limits.connections)
        sites[site].allowance = wasFull ? connections : min(sites[site].allowance, connections)
        wantLane(site)
    }

    /// Takes deliveries in. Those that are due go to the site; without one they wait for a route.
    mutating func admit(_ parcel: Parcel, to site: SiteIndex?, now: MonotonicInstant) {
        guard !parcel.deliveries.isEmpty else { return }
        let tick = clock.elapsed(now)
        let message = entry(for: parcel)
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
                counts.waiting += 1
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
        let message = messages.insert(
            MessageEntry(
                id: facts.id, number: facts.number, expiry: clock.deadline(facts.expiry),
                tenant: tenantNumber(facts.tenant), stream: facts.stream, isTest: facts.isTest,
                size: UInt32(clamping: facts.size)))
        identities.insert(message) { messages[$0].id }
        if let body = parcel.body { keep(body, of: message) }
        return message
    }

    func find(_ id: UUIDv7) -> UInt32? { identities.find(id) { messages[$0].id } }

    private mutating func tenantNumber(_ tenant: UUIDv7) -> UInt32 {
        if let number = tenantNumbers[tenant] { return number }
        let number = UInt32(tenants.count)
        tenants.append(tenant)
        tenantNumbers[tenant] = number
        if let ledger {
            tenantMeters.append(ledger.number(of: MeterKey(.tenant, "\(tenant)")) ?? .none)
        }
        return number
    }

    private mutating func destination(_ domain: Domain, isTest: Bool) -> UInt32 {
        let key = Destination.Key(domain: domain, isTest: isTest)
        if let number = destinationNumbers[key] { return number }
        let number = destinations.insert(Destination(key: key))
        destinationNumbers[key] = number
        return number
    }

    private mutating func adopt(_ delivery: UInt32, by message: UInt32) {
        let first = messages[message].firstDelivery
        deliveries[delivery].nextSibling = first
        if first != .none { deliveries[first].previousSibling = delivery }
        messages[message].firstDelivery = delivery
        messages[message].pending += 1
    }

    /// Puts a body into the cache, if it fits, for the attempts to come.
    mutating func keep(_ body: QueuedBody, of message: UInt32) {
        guard messages[message].body == .none else { return }
        var dropped: [UInt32] = []
        let place = bodies.insert(body, message: message) { dropped.append($0) }
        for victim in dropped { messages[victim].body = .none }
        messages[message].body = place
    }

    /// Appends a due delivery to its flow. Its timer is the caller's business.
    mutating func enqueue(_ delivery: UInt32, at site: SiteIndex) {
        let message = deliveries[delivery].message
        let key = Flow.Key(site: site, tenant: messages[message].tenant, stream: messages[message].stream)
        let flow: UInt32
        if let known = flowNumbers[key] {
            flow = known
        } else {
            flow = flows.insert(Flow(key: key, deficit: options.quantum))
            flowNumbers[key] = flow
            switch key.stream {
            case .transactional: sites[site].transactional.append(flow, in: &flows)
            case .broadcast: sites[site].broadcast.append(flow, in: &flows)
            }
        }
        let tail = flows[flow].tail
        deliveries[delivery].state = .ready
        deliveries[delivery].flow = flow
        deliveries[delivery].previous = tail
        deliveries[delivery].next = .none
        if tail == .none { flows[flow].head = delivery } else { deliveries[tail].next = delivery }
        flows[flow].tail = delivery
        flows[flow].count += 1
        sites[site].ready += 1
        counts.ready += 1
        bodies.wake(messages[message].body)
        wantLane(site)
    }

    mutating func wantLane(_ site: SiteIndex) {
        guard !sites[site].isQueued, wantsLane(site) else { return }
        sites[site].isQueued = true
        eager.append(site)
    }
}
