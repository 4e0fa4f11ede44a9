import Mail

/// Who belongs together: tenants, groups, and the messages of a group.
extension Scheduler {
    /// The number of a message's group, made if it is new.
    mutating func group(of facts: MessageFacts) -> UInt32 {
        // A few tenants send nearly everything: two dictionaries need not be asked for each message.
        let place = Self.recentPlace(facts.tenant, facts.stream, facts.campaign)
        let recent = recentGroups[place]
        if recent != .none, facts.pool == nil {
            let key = groups[recent].key
            if key.stream == facts.stream, key.campaign == facts.campaign, key.chosenPool == .none,
                tenants[Int(key.tenant)].id == facts.tenant
            {
                return recent
            }
        }
        let key = MessageGroup.Key(
            tenant: tenantNumber(facts.tenant), stream: facts.stream, campaign: facts.campaign,
            chosenPool: facts.pool.map { poolNumber($0) } ?? .none)
        let group = self.group(for: key)
        recentGroups[place] = group
        return group
    }

    /// 0 ..< 256. Identifiers are random below, and where they are not (a test) the multiplication spreads them.
    private static func recentPlace(_ tenant: UUIDv7, _ stream: MailStream, _ campaign: UUIDv7?) -> Int {
        let mixed = tenant.low &+ (campaign?.low ?? 0) &* 3 &+ (stream == .broadcast ? 0x8000 : 0)
        return Int((mixed &* 0x9E37_79B9_7F4A_7C15) >> 56)
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
        leaveGroup(message)
        join(message, group)
        // The newest sibling comes first in the list. No re-route is asked: one about each of two sites would send the
        // message back and forth, twice as often with every delivery.
        for (delivery, site) in moved.reversed() { lineUp(delivery, at: site) }
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
        let place = Self.recentPlace(tenants[Int(entry.key.tenant)].id, entry.key.stream, entry.key.campaign)
        if recentGroups[place] == group { recentGroups[place] = .none }
        groups.release(group)
    }
}
