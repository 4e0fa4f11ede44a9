package import Mail
import Queue

/// A suspension as people see it.
package struct HoldReport: Hashable, Sendable {
    /// Who made it. The raw value is what the API shows.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case byOperator = "operator"
        case rule
        case sourceHealth = "source_health"
    }

    package var id: UUIDv7
    /// What is held: those that are set, together.
    package var site: String?
    package var source: String?
    package var tenant: UUIDv7?
    package var campaign: UUIDv7?
    package var kind: Kind
    /// The operator's key, or the rule of `shaping.yaml`; empty for a source's health.
    package var by: String
    /// The operator's words, the reply that set the rule off, or what is wrong with the source. May be empty.
    package var reason: String
    package var since: WallTime
    /// `nil`: until it is resumed.
    package var until: WallTime?

    init(_ hold: Hold) {
        id = hold.id
        since = hold.since
        until = hold.until
        switch hold.cause {
        case .operator(let by, let reason): (kind, self.by, self.reason) = (.byOperator, by, reason)
        case .rule(let name, let reply): (kind, by, reason) = (.rule, name, reply)
        case .sourceHealth(let trouble): (kind, by, reason) = (.sourceHealth, "", trouble)
        }
        switch hold.scope {
        case .site(let site): self.site = site
        case .source(let source): self.source = source
        case .siteAndSource(let site, let source): (self.site, self.source) = (site, source)
        case .tenant(let tenant): self.tenant = tenant
        case .siteAndTenant(let site, let tenant): (self.site, self.tenant) = (site, tenant)
        case .campaign(let campaign): self.campaign = campaign
        }
    }

    /// What is held, within a sentence: `source mta-1 for site direct:@google`.
    package var scopeWords: String {
        var words: [String] = []
        if let source { words.append("source \(source)") }
        if let tenant { words.append("tenant \(tenant)") }
        if let campaign { words.append("campaign \(campaign)") }
        guard let site else { return words.joined(separator: ", ") }
        return words.isEmpty ? "site \(site)" : words.joined(separator: ", ") + " for site \(site)"
    }
}

/// A limit that a rule of `shaping.yaml` has set for a time.
package struct LimitReport: Hashable, Sendable {
    package var rule: String
    package var site: String
    package var source: String?
    /// e.g. `slowed to 50%`, `messages 10/min`.
    package var figure: String
    /// The reply that set it off.
    package var reply: String
    package var until: WallTime

    init(_ limit: TemporaryLimit) {
        rule = limit.rule
        site = limit.key.name
        source = limit.key.scope == .siteAndSource ? limit.key.source : nil
        figure = FigureWords.change(limit.change)
        reply = limit.reply
        until = limit.until
    }
}
