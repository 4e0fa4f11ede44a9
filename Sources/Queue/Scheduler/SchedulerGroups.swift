import Mail

/// Who belongs together: tenants, groups, and the messages of a group.
extension Scheduler {
    /// The number of a message's group, made if it is new.
    mutating func group(of facts: MessageFacts) -> UInt32 {
        // Mail comes in runs of one kind.
        if recentGroup != .none, facts.pool == nil {
            let key = groups[recentGroup].key
            if key.stream == facts.stream, key.campaign == facts.campaign, key.chosenPool == .none,
                tenants[Int(key.tenant)].id == facts.tenant
            {
                return recentGroup
            }
        }
        let key = MessageGroup.Key(
            tenant: tenantNumber(facts.tenant), stream: facts.stream, campaign: facts.campaign,
            chosenPool: facts.pool.map { poolNumber($0) } ?? .none)
        let group = self.group(for: key)
        recentGroup = group
        return group
    }

    /// - Parameter key: of a tenant that is known.
    mutating func group(for key: MessageGroup.Key) -> UInt32 {
        if let known = groupNumbers[key] { return known }
        var made = MessageGroup(key: key)
        made.nextOfTenant = tenants[Int(key.tenant)].firstGroup
        let group = groups.insert(made)
        if made.nextOfTenant != .none { groups[made.nextOfTenant].previousOfTenant = group }
        tenants[Int(key.tenant)].firstGroup = group
        groupNumbers[key] = group
        if let campaign = key.campaign { campaignGroups[campaign, default: []].append(group) }
        resolve(group)
        return group
    }

    /// The number of a tenant, made if it is new.
    mutating func tenantNumber(_ tenant: UUIDv7) -> UInt32 {
        if let number = tenantNumbers[tenant] { return number }
        let number = UInt32(tenants.count)
        tenants.append(TenantEntry(id: tenant))
        tenantNumbers[tenant] = number
        resolve(tenant: Int(number))
        return number
    }

    /// The tenant of a message.
    func tenant(of message: UInt32) -> UUIDv7 { tenants[Int(groups[messages[message].group].key.tenant)].id }

    func stream(of message: UInt32) -> MailStream { groups[messages[message].group].key.stream }

    mutating func join(_ message: UInt32, _ group: UInt32) {
        let head = groups[group].head
        messages[message].group = group
        messages[message].previousInGroup = .none
        messages[message].nextInGroup = head
        if head != .none { messages[head].previousInGroup = message }
        groups[group].head = message
        groups[group].messages += 1
    }

    /// The end of a message in its group, and of the group with the last one.
    mutating func leaveGroup(_ message: UInt32) {
        let group = messages[message].group
        let previous = messages[message].previousInGroup
        let next = messages[message].nextInGroup
        if selecting.cursor == message { selecting.cursor = next }
        if previous == .none { groups[group].head = next } else { messages[previous].nextInGroup = next }
        if next != .none { messages[next].previousInGroup = previous }
        groups[group].messages -= 1
        if groups[group].messages == 0 { forgetGroup(group) }
    }

    /// Moves a message with all its deliveries to another group of its tenant: those that are ready change flows, the
    /// rest goes the new way when its time comes.
    mutating func regroup(_ message: UInt32, to group: UInt32) {
        let old = messages[message].group
        guard old != group else { return }
        var delivery = messages[message].firstDelivery
        var moved: [(delivery: UInt32, site: SiteIndex)] = []
        while delivery != .none {
            if deliveries[delivery].state == .ready {
                moved.append((delivery, flows[deliveries[delivery].flow].key.site))
                leaveFlow(delivery)
            }
            delivery = deliveries[delivery].nextSibling
        }
        let pending = messages[message].pending
        groups[old].deliveries -= pending
        groups[group].deliveries += pending
        join(message, group, from: old)
        // The newest sibling comes first in the list.
        for (delivery, site) in moved.reversed() { enqueue(delivery, at: site) }
    }

    private mutating func join(_ message: UInt32, _ group: UInt32, from old: UInt32) {
        leaveGroup(message)
        join(message, group)
    }

    private mutating func forgetGroup(_ group: UInt32) {
        while groups[group].firstFlow != .none { discard(groups[group].firstFlow) }
        let entry = groups[group]
        if entry.previousOfTenant == .none {
            tenants[Int(entry.key.tenant)].firstGroup = entry.nextOfTenant
        } else {
            groups[entry.previousOfTenant].nextOfTenant = entry.nextOfTenant
        }
        if entry.nextOfTenant != .none { groups[entry.nextOfTenant].previousOfTenant = entry.previousOfTenant }
        groupNumbers[entry.key] = nil
        if let campaign = entry.key.campaign {
            campaignGroups[campaign]?.removeAll { $0 == group }
            if campaignGroups[campaign]?.isEmpty == true { campaignGroups[campaign] = nil }
        }
        if entry.meter != .none { ledger?.release(entry.meter) }
        if recentGroup == group { recentGroup = .none }
        groups.release(group)
    }
}
