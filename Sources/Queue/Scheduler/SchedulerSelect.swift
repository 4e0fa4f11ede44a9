import Mail

/// What an operator's verb does to the deliveries that he means.
enum SelectVerb: Hashable, Sendable {
    /// They leave: cancelled, or given up.
    case remove
    /// Those that wait for their next attempt are due.
    case flush
    /// Their messages take the pool of this name; `nil`: the one that the configuration says.
    case reroute(String?)
}

/// Deliveries of one message that a verb has taken out of the queue: without its content, for there may be a million.
struct Removed: Sendable {
    var id: UUIDv7
    var number: UInt64
    var tenant: UUIDv7
    var recipients: [UInt32]
}

/// A verb under way: what is left to look at. It is carried out in steps, between which the queue goes on working.
///
/// **How it survives what happens in between.** Messages of a group are passed one by one; the scheduler moves the
/// cursor on when the message under it goes, and new ones come in front of it, where it has been. Lists of deliveries
/// are passed by their head: what is not removed is put at the tail, as often as the list was long at the beginning.
/// Everything else is found again by name. So nothing of the queue is copied, and each step costs what it looks at.
struct Selection {
    /// A part of what is to be looked at.
    enum Part {
        case message(UUIDv7)
        case groupFlows(MessageGroup.Key)
        case group(MessageGroup.Key)
        case flow(UInt64)
        case waiting(UInt32)
        case unrouted(UInt32)
    }

    let selector: QueueSelector
    let verb: SelectVerb
    /// The last message that is meant, by number: what comes in later is not.
    let upTo: UInt64
    /// For `reroute`: the number of the pool, or none.
    var pool: UInt16 = .none
    /// The site that is meant, by number.
    var site: SiteIndex = .none
    var parts: [Part] = []
    /// Destinations whose lists are still to be looked at; after `parts`.
    var destinations: [UInt32] = []
    /// The list that is being passed, with the deliveries of it that have not been looked at.
    var list: (part: Part, left: Int)?
    /// The group whose messages are being passed.
    var group: MessageGroup.Key?
    /// The destination's deliveries that were there, and those that were seen.
    var expected = 0
    var seen = 0
    /// Something of it may lie ready at sites that it is no longer routed to.
    var needsSweep = false
    var result = VerbResult()
    var isDone = false
}

/// What the scheduler keeps for verbs under way and past.
struct SelectState {
    /// The next message of the group that a verb passes, or none. One verb at a time.
    var cursor: UInt32 = .none
    /// Counts the verbs, so that each counts a message once.
    var number: UInt16 = 0
    var dooms: [Doom] = []
    /// The re-routes that stand.
    var routes = RouteBook()

    /// Deliveries that were under way when somebody cancelled them, found again when they come back.
    struct Doom {
        var selector: QueueSelector
        var site: SiteIndex
        var upTo: UInt64
        /// What was pulled later is not meant.
        var pulledUntil: UInt64
    }

    static var doomLimit: Int { 64 }
    /// Milliseconds after which no lane carries what it carried then.
    static var doomAge: UInt64 { 2 * 3_600_000 }
}

extension Scheduler {
    /// Begins a verb. - Parameter upTo: the number of the last message that is meant.
    mutating func select(
        _ selector: QueueSelector, _ verb: SelectVerb, upTo: UInt64 = .max, now: MonotonicInstant
    ) -> Selection {
        var selection = Selection(selector: selector, verb: verb, upTo: upTo)
        selecting.number &+= 1
        selecting.cursor = .none
        if case .reroute(let name) = verb { selection.pool = name.map { poolNumber($0) } ?? .none }
        if let name = selector.site {
            guard let site = findSite(named: name) else {
                selection.isDone = true
                return selection
            }
            selection.site = site
        }
        endBackOffs(for: selection, now: now)
        if let message = selector.message {
            selection.parts = [.message(message)]
        } else if let domain = selector.destination {
            selectDestination(domain, &selection)
        } else if selection.site != .none {
            selectSite(&selection)
        } else {
            selectGroups(&selection)
        }
        if verb == .remove, selector.site != nil || selector.destination != nil {
            doom(selection, tick: clock.elapsed(now))
        }
        return selection
    }

    private mutating func selectDestination(_ domain: Domain, _ selection: inout Selection) {
        for isTest in [false, true] {
            guard let destination = find(Destination.Key(domain: domain, isTest: isTest)) else {
                continue
            }
            selection.destinations.append(destination)
            selection.expected += Int(destinations[destination].references)
            if destinations[destination].hasMoved { selection.needsSweep = selection.verb != .flush }
            let site = destinations[destination].lastSite
            if selection.verb != .flush, site != .none { addFlows(of: site, to: &selection) }
        }
    }

    private mutating func selectSite(_ selection: inout Selection) {
        let site = selection.site
        if selection.verb != .flush { addFlows(of: site, to: &selection) }
        var destination = sites[site].firstDestination
        while destination != .none {
            selection.destinations.append(destination)
            destination = destinations[destination].nextOfSite
        }
        let selector = selection.selector
        if selector.tenant == nil, selector.campaign == nil, selector.stream == nil, selector.pool == nil {
            selection.result.underWay = Int(sites[site].carried)
        }
    }

    private mutating func selectGroups(_ selection: inout Selection) {
        var keys: [MessageGroup.Key] = []
        if let campaign = selection.selector.campaign {
            keys = (campaignGroups[campaign] ?? []).map { groups[$0].key }
        } else if let tenant = selection.selector.tenant {
            guard let number = tenantNumbers[tenant] else { return }
            var group = tenants[Int(number)].firstGroup
            while group != .none {
                keys.append(groups[group].key)
                group = groups[group].nextOfTenant
            }
        } else {
            // In the order of numbers: the same queue does the same every time.
            keys = groupNumbers.values.sorted().map { groups[$0].key }
        }
        for key in keys {
            guard let group = groupNumbers[key], matches(group, selection.selector) else { continue }
            if case .reroute = selection.verb {
                if key.chosenPool == selection.pool { continue }
                // Parts are taken from the end. What is ready goes first, in its order.
                selection.parts.append(.group(key))
                selection.parts.append(.groupFlows(key))
            } else {
                selection.parts.append(.group(key))
            }
        }
    }

    private func addFlows(of site: SiteIndex, to selection: inout Selection) {
        var flow = sites[site].firstFlow
        while flow != .none {
            if matches(flows[flow].key.group, selection.selector) {
                selection.parts.append(.flow(flows[flow].key.packed))
            }
            flow = flows[flow].nextOfSite
        }
    }

    /// Everything that lies ready: a destination whose route has changed may have something at an old site.
    mutating func sweep(_ selection: inout Selection) {
        selection.needsSweep = false
        let known = selection.destinations.map { destinations[$0].lastSite }
        for site in siteNumbers.numbers.sorted() where !known.contains(site) { addFlows(of: site, to: &selection) }
    }

    private mutating func endBackOffs(for selection: Selection, now: MonotonicInstant) {
        guard selection.verb == .flush else { return }
        let tick = clock.elapsed(now)
        var chosen: [SiteIndex] = []
        if selection.site != .none {
            chosen = [selection.site]
        } else if let domain = selection.selector.destination {
            for isTest in [false, true] {
                guard let number = find(Destination.Key(domain: domain, isTest: isTest)) else { continue }
                let site = destinations[number].lastSite
                if site != .none { chosen.append(site) }
            }
        } else if selection.selector.everything {
            chosen = siteNumbers.numbers.sorted()
        }
        for site in chosen where sites[site].isBackedOff { endBackOff(of: site, tick: tick) }
    }

    private mutating func doom(_ selection: Selection, tick: UInt64) {
        selecting.dooms.removeAll { $0.pulledUntil + SelectState.doomAge < tick }
        if selecting.dooms.count >= SelectState.doomLimit { selecting.dooms.removeFirst() }
        selecting.dooms.append(
            SelectState.Doom(
                selector: selection.selector, site: selection.site, upTo: selection.upTo, pulledUntil: tick))
    }

    /// Whether a verb has taken a delivery out of the queue while this batch was under way with it.
    func isDoomed(_ delivery: UInt32, of batch: Batch) -> Bool {
        selecting.dooms.contains { doom in
            batch.pulledAt <= doom.pulledUntil && (doom.site == .none || doom.site == batch.site)
                && messages[batch.message].number <= doom.upTo
                && (doom.selector.message ?? messages[batch.message].id) == messages[batch.message].id
                && matches(messages[batch.message].group, doom.selector)
                && matches(destination: deliveries[delivery].destination, doom.selector)
        }
    }

    // MARK: What matches

    /// The parts of a selector that are about whole groups.
    func matches(_ group: UInt32, _ selector: QueueSelector) -> Bool {
        let key = groups[group].key
        if let tenant = selector.tenant, tenants[Int(key.tenant)].id != tenant { return false }
        if let campaign = selector.campaign, key.campaign != campaign { return false }
        if let stream = selector.stream, key.stream != stream { return false }
        if let pool = selector.pool {
            let number = groups[group].pool
            guard number != .none, egress.pools[Int(number)].name == pool else { return false }
        }
        return true
    }

    func matches(destination: UInt32, _ selector: QueueSelector) -> Bool {
        selector.destination.map { destinations[destination].key.domain == $0 } ?? true
    }

    /// The parts that are about single deliveries.
    func matches(delivery: UInt32, _ selection: Selection) -> Bool {
        guard matches(destination: deliveries[delivery].destination, selection.selector) else { return false }
        guard selection.site != .none else { return true }
        if deliveries[delivery].state == .ready {
            return flows[deliveries[delivery].flow].key.site == selection.site
        }
        return destinations[deliveries[delivery].destination].lastSite == selection.site
    }
}
