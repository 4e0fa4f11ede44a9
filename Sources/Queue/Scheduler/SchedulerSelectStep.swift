import Mail

extension Scheduler {
    /// Looks at so many deliveries, or a few more: those of one message stay together.
    /// - Returns: what has left the queue, one entry for each message that this step came by.
    mutating func step(_ selection: inout Selection, limit: Int = 4_096) -> [Removed] {
        var removed: [Removed] = []
        var left = limit
        while left > 0, !selection.isDone {
            if selection.group != nil {
                left -= stepGroup(&selection, &removed)
            } else if selection.list != nil {
                left -= stepList(&selection, &removed)
            } else if let part = selection.parts.popLast() {
                left -= open(part, &selection, &removed)
            } else if let destination = selection.destinations.popLast() {
                left -= 1
                selection.parts.append(.unrouted(destination))
                if selection.verb != .flush || !destinations[destination].waiting.isEmpty {
                    selection.parts.append(.waiting(destination))
                }
            } else if selection.needsSweep {
                sweep(&selection)
            } else {
                if selection.selector.destination != nil, selection.selector.message == nil, selection.verb != .flush {
                    selection.result.underWay = max(0, min(selection.expected - selection.seen, counts.carried))
                }
                selection.isDone = true
            }
        }
        return removed
    }

    /// - Returns: the cost.
    private mutating func open(_ part: Selection.Part, _ selection: inout Selection, _ removed: inout [Removed]) -> Int
    {
        switch part {
        case .message(let id):
            guard let message = find(id), messages[message].number <= selection.upTo,
                matches(messages[message].group, selection.selector)
            else { return 1 }
            return visit(message, &selection, &removed)
        case .groupFlows(let key):
            guard let group = groupNumbers[key] else { return 1 }
            var cost = 1
            var flow = groups[group].firstFlow
            while flow != .none {
                selection.parts.append(.flow(flows[flow].key.packed))
                cost += 1
                flow = flows[flow].nextOfGroup
            }
            return cost
        case .group(let key):
            guard let group = groupNumbers[key] else { return 1 }
            selecting.cursor = groups[group].head
            selection.group = key
            return 1
        case .flow, .waiting, .unrouted:
            let count = length(of: part)
            if count > 0 { selection.list = (part, count) }
            return 1
        }
    }

    // MARK: Messages of a group

    private mutating func stepGroup(_ selection: inout Selection, _ removed: inout [Removed]) -> Int {
        let message = selecting.cursor
        guard message != .none else {
            selection.group = nil
            return 1
        }
        selecting.cursor = messages[message].nextInGroup
        guard messages[message].number <= selection.upTo else { return 1 }
        return visit(message, &selection, &removed)
    }

    /// All deliveries of one message that are meant. - Returns: those looked at.
    private mutating func visit(_ message: UInt32, _ selection: inout Selection, _ removed: inout [Removed]) -> Int {
        let isPartial = selection.site != .none || selection.selector.destination != nil
        if case .reroute = selection.verb {
            return !isPartial || hasMatch(message, selection) ? move(message, &selection) : 1
        }
        var cost = 0
        var delivery = messages[message].firstDelivery
        while delivery != .none {
            let next = deliveries[delivery].nextSibling
            cost += 1
            if !isPartial || matches(delivery: delivery, selection) {
                if deliveries[delivery].state == .carried {
                    selection.result.underWay += 1
                    // What is meant in part only is recognised when it comes back.
                    if selection.verb == .remove, !isPartial { messages[message].isCancelled = true }
                } else {
                    act(on: delivery, &selection, &removed)
                }
            }
            delivery = next
        }
        return cost
    }

    private func hasMatch(_ message: UInt32, _ selection: Selection) -> Bool {
        var delivery = messages[message].firstDelivery
        while delivery != .none {
            if matches(delivery: delivery, selection) { return true }
            delivery = deliveries[delivery].nextSibling
        }
        return false
    }

    // MARK: Lists

    private func length(of part: Selection.Part) -> Int {
        switch part {
        case .flow(let key): findFlow(key).map { flows[$0].list.count } ?? 0
        case .waiting(let destination): destinations[destination].waiting.count
        case .unrouted(let destination): destinations[destination].unrouted.count
        case .message, .group, .groupFlows: 0
        }
    }

    private func head(of part: Selection.Part) -> UInt32 {
        switch part {
        case .flow(let key): findFlow(key).map { flows[$0].list.head } ?? .none
        case .waiting(let destination): destinations[destination].waiting.head
        case .unrouted(let destination): destinations[destination].unrouted.head
        case .message, .group, .groupFlows: .none
        }
    }

    /// Puts the head of a list at its tail.
    private mutating func rotate(_ part: Selection.Part) {
        let delivery = head(of: part)
        guard delivery != .none, deliveries[delivery].next != .none else { return }
        switch part {
        case .flow(let key):
            guard let flow = findFlow(key) else { return }
            flows[flow].list.remove(delivery, in: &deliveries)
            flows[flow].list.append(delivery, in: &deliveries)
        case .waiting(let destination):
            destinations[destination].waiting.remove(delivery, in: &deliveries)
            destinations[destination].waiting.append(delivery, in: &deliveries)
        case .unrouted(let destination):
            destinations[destination].unrouted.remove(delivery, in: &deliveries)
            destinations[destination].unrouted.append(delivery, in: &deliveries)
        case .message, .group, .groupFlows: break
        }
    }

    private mutating func stepList(_ selection: inout Selection, _ removed: inout [Removed]) -> Int {
        guard let (part, left) = selection.list else { return 1 }
        let delivery = head(of: part)
        guard left > 0, delivery != .none else {
            selection.list = nil
            return 1
        }
        selection.list = (part, left - 1)
        let message = deliveries[delivery].message
        if matches(destination: deliveries[delivery].destination, selection.selector) { selection.seen += 1 }
        if messages[message].number <= selection.upTo, matches(delivery: delivery, selection),
            matches(messages[message].group, selection.selector)
        {
            if case .reroute = selection.verb {
                // As much as the message has deliveries here.
                let cost = move(message, &selection)
                if head(of: part) == delivery { rotate(part) }
                return cost
            }
            act(on: delivery, &selection, &removed)
        }
        if head(of: part) == delivery { rotate(part) }
        return 1
    }

    // MARK: What is done

    private mutating func act(on delivery: UInt32, _ selection: inout Selection, _ removed: inout [Removed]) {
        let message = deliveries[delivery].message
        switch selection.verb {
        case .flush:
            // What was never tried waits because its sender said so.
            guard deliveries[delivery].state == .waiting, deliveries[delivery].attempts > 0 else { return }
            count(message, &selection)
            detach(delivery)
            awaitRoute(delivery)
            timers.set(delivery, at: messages[message].expiry)
        case .remove:
            count(message, &selection)
            if removed.last?.id == messages[message].id {
                removed[removed.count - 1].recipients.append(deliveries[delivery].recipient)
            } else {
                removed.append(
                    Removed(
                        id: messages[message].id, number: messages[message].number, tenant: tenant(of: message),
                        recipients: [deliveries[delivery].recipient]))
            }
            remove(delivery)
        case .reroute: break
        }
        selection.result.deliveries += 1
    }

    /// A message takes another pool as a whole: what it is counted by is one. - Returns: the cost.
    private mutating func move(_ message: UInt32, _ selection: inout Selection) -> Int {
        var key = groups[messages[message].group].key
        guard key.chosenPool != selection.pool else { return 1 }
        key.chosenPool = selection.pool
        count(message, &selection)
        selection.result.deliveries += Int(messages[message].pending)
        let cost = Int(messages[message].pending)
        regroup(message, to: group(for: key))
        return cost
    }

    private mutating func count(_ message: UInt32, _ selection: inout Selection) {
        guard messages[message].countedBy != selecting.number else { return }
        messages[message].countedBy = selecting.number
        selection.result.messages += 1
    }

    // MARK: Re-routes that stand

    mutating func obey(_ routes: RouteBook) { selecting.routes = routes }

    /// A delivery of the message joins a site's queue; some re-routes are about the site.
    mutating func followRoutes(_ message: UInt32, to destination: UInt32, at site: SiteIndex) {
        var key = groups[messages[message].group].key
        var facts = facts(of: message)
        facts.pool = nil
        key.chosenPool = .none
        let verdict = selecting.routes.verdict(
            on: facts, to: CollectionOfOne(destinations[destination].key.domain), at: records[site].name,
            configured: configuredPool(of: key))
        switch verdict {
        case nil: return
        case .configured: break
        case .pool(let name): key.chosenPool = poolNumber(name)
        }
        guard groups[messages[message].group].key != key else { return }
        regroup(message, to: group(for: key))
    }

    /// The pool that the configuration says.
    private func configuredPool(of key: MessageGroup.Key) -> String? {
        let table = options.egress
        return table.pool(tenant: tenants[Int(key.tenant)].id, stream: key.stream, campaign: key.campaign)
            .map { table.pools[$0].name }
    }
}
