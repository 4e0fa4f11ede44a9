import Mail

/// A burst under way.
struct BurstRun {
    var traffic: Int
    var left: Int
    var rate: Int
}

extension Simulation {
    /// As far as a source of mail hands in at once within a burst, in nanoseconds.
    private static var burstStep: Int64 { 50_000_000 }

    /// - Parameter day: of the report, from 0.
    mutating func startBursts(of day: Int) {
        let dayStart = Int64(day) * 86_400_000_000_000 - firstSecond * 1_000_000_000
        for (index, script) in plan.traffic.enumerated() where script.days.contains(day) {
            for burst in script.bursts where burst.day == nil || burst.day == day {
                let time = dayStart + burst.time.wholeNanoseconds
                guard time >= 0 else { continue }
                bursts.append(BurstRun(traffic: index, left: burst.count, rate: max(1, burst.rate)))
                events.push(.init(.burst, bursts.count - 1, at: time))
            }
        }
    }

    mutating func goOn(burst index: Int) {
        let part = min(bursts[index].left, max(1, bursts[index].rate / 20))
        for _ in 0..<part { accept(from: bursts[index].traffic) }
        bursts[index].left -= part
        if bursts[index].left > 0 { events.push(.init(.burst, index, at: elapsed + Self.burstStep)) }
    }

    /// One message comes in.
    mutating func accept(from index: Int) {
        let recipients = max(1, plan.traffic[index].recipientsPerMessage)
        let number = outstanding.accept(deliveries: recipients, traffic: index, at: elapsed)
        var mixer = SplitMix64(seed: flows[index].number() ^ number)
        let id = UUIDv7(at: wall, random: (mixer.next(), mixer.next()))
        let delay = flows[index].delay()
        let due = delay.map { now + $0 }
        let facts = MessageFacts(
            id: id, number: number, tenant: plan.traffic[index].tenant, stream: plan.traffic[index].stream,
            isTest: false, size: plan.traffic[index].size,
            expiry: MonotonicInstant(nanoseconds: (due ?? now).nanoseconds + lifetimes[index]),
            campaign: plan.traffic[index].campaign)
        if recipients == 1 {
            let (site, domain) = flows[index].target(among: plan.sites)
            let pending = PendingDelivery(recipient: 0, destination: plan.sites[site].domains[domain], due: due)
            admit(facts, [pending], to: sitesOfScript[site][domain])
            return
        }
        // By site in the order in which each first comes up, as intake sorts them.
        var parts: [(site: Int, deliveries: [PendingDelivery])] = []
        for recipient in 0..<recipients {
            let (script, domain) = flows[index].target(among: plan.sites)
            let site = sitesOfScript[script][domain]
            let pending = PendingDelivery(
                recipient: UInt32(recipient), destination: plan.sites[script].domains[domain], due: due)
            if let place = parts.firstIndex(where: { $0.site == site }) {
                parts[place].deliveries.append(pending)
            } else {
                parts.append((site, [pending]))
            }
        }
        for part in parts { admit(facts, part.deliveries, to: part.site) }
    }

    private mutating func admit(_ facts: MessageFacts, _ deliveries: [PendingDelivery], to site: Int) {
        observer?.accepted(facts, deliveries, at: now)
        outstanding.identify(facts.number, as: facts.id)
        tally.accepted(deliveries.count)
        let number = place(site)
        scheduler.admit(Parcel(message: facts, body: nil, deliveries: deliveries), to: number, now: now)
    }

    /// The number of a site in the scheduler.
    mutating func place(_ site: Int) -> SiteIndex {
        let number = scheduler.site(named: sites[site].name, limits: sites[site].script.limits, now: now)
        while siteByNumber.count <= Int(number) { siteByNumber.append(-1) }
        siteByNumber[Int(number)] = site
        return number
    }

    /// As `Shard.routeUnrouted`, with a DNS that answers at once.
    mutating func route() {
        while let (destination, key) = scheduler.nextUnrouted() {
            guard let site = siteOfDomain[key.domain] else {
                depart(scheduler.takeUnrouted(destination), .unroutable)
                continue
            }
            if sites[site].failsLookup() {
                for (leaving, time) in scheduler.deferUnrouted(destination, reason: .dnsFailure, now: now) {
                    observer?.postponed(leaving, until: time, at: now)
                }
            } else {
                scheduler.routed(destination, to: place(site))
            }
        }
    }
}
