import MTA
import Mail
import Queue

/// One of `sites`: how a receiver behaves, and how much of the traffic it gets.
enum SimulationSiteKeys {
    static func read(_ name: String, _ section: ConfigurationSection) -> SiteScript {
        let provider = section.optionalText("provider")
        if let provider, !Provider.names.contains(provider) {
            section.problem("provider", "'\(provider)' is none of: \(Provider.names.joined(separator: ", "))")
        }
        var script = SiteScript(name: name, provider: provider, domains: domains(name, section))
        script.share = section.decimal("share", default: 1, in: 0...1_000_000)
        script.limits = SiteLimits(
            connections: section.number("lanes", default: 20, in: 1...10_000),
            recipientsPerTransaction: section.number("recipients_per_transaction", default: 100, in: 1...10_000),
            mixesDestinations: provider == nil)
        script.connections = count(section, "connections")
        script.messages = rate(section)
        script.trust = trust(section)
        script.greylisting = greylisting(section)
        script.reputation = reputation(section)
        script.outages = section.sections("outages").compactMap(outage)
        script.temporaryFailures = section.decimal("temporary_failures", default: 0, in: 0...1)
        script.unknownUsers = section.decimal("unknown_users", default: 0, in: 0...1)
        script.dnsFailures = section.decimal("dns_failures", default: 0, in: 0...1)
        script.population = section.number("population", default: script.population, in: 1...1_000_000_000)
        script.latency = latency(section.section("latency"))
        if section.has("replies") { replies(section.section("replies"), &script.replies) }
        section.finish()
        return script
    }

    /// `domains` is a list, or a number of names to make up.
    private static func domains(_ name: String, _ section: ConfigurationSection) -> [Domain] {
        if section.has("domain_count") {
            let count = section.number("domain_count", default: 1, in: 1...100_000)
            return (1...count).map { Domain(canonical: "\(name)-\($0).example") }
        }
        let found = section.parsedList("domains", as: "a domain") { try? Domain(parsing: $0) } ?? []
        if found.isEmpty {
            if !section.has("domains") { section.problem("domains", "is needed, or domain_count") }
            return [Domain(canonical: "\(name).example")]
        }
        return found
    }

    private static func count(_ section: ConfigurationSection, _ key: String) -> Int? {
        section.has(key) ? section.number(key, default: 1, in: 1...1_000_000_000) : nil
    }

    private static func rate(_ section: ConfigurationSection) -> RateLimit? {
        let burst = count(section, "burst")
        guard let found = section.parsed("message_rate", as: "a rate such as 100/s or 5000/h", RateText.parse) else {
            if burst != nil { section.problem("burst", "is a burst of message_rate, which is not there") }
            return nil
        }
        let rate = RateLimit(count: found.count, per: found.period, burst: burst)
        if rate == nil { section.problem("message_rate", "takes more than a year for one, or years for its burst") }
        return rate
    }

    private static func trust(_ section: ConfigurationSection) -> SiteScript.Trust? {
        guard section.has("trust") else { return nil }
        let own = section.section("trust")
        let trust = SiteScript.Trust(
            first: own.number("first", default: 500, in: 1...1_000_000_000),
            factor: own.decimal("factor", default: 2, in: 1...1_000),
            maximum: own.number("maximum", default: 1_000_000, in: 1...1_000_000_000))
        if trust.first > trust.maximum { own.problem("first", "is more than the maximum") }
        own.finish()
        return trust
    }

    private static func greylisting(_ section: ConfigurationSection) -> SiteScript.Greylisting? {
        guard section.has("greylisting") else { return nil }
        let own = section.section("greylisting")
        defer { own.finish() }
        return SiteScript.Greylisting(
            delay: own.duration("delay", default: .seconds(300)),
            known: own.decimal("known", default: 0, in: 0...1))
    }

    private static func reputation(_ section: ConfigurationSection) -> SiteScript.Reputation? {
        guard section.has("reputation") else { return nil }
        let own = section.section("reputation")
        defer { own.finish() }
        let usual = SiteScript.Reputation()
        return SiteScript.Reputation(
            strike: own.decimal("strike", default: usual.strike, in: 0...1),
            unknownUser: own.decimal("unknown_user", default: usual.unknownUser, in: 0...1),
            recovery: own.decimal("recovery", default: usual.recovery, in: 0...1),
            threshold: own.decimal("threshold", default: usual.threshold, in: 0...1),
            block: own.duration("block", default: usual.block))
    }

    /// Days count from 1, as in the report.
    private static func outage(_ section: ConfigurationSection) -> SiteScript.Outage? {
        defer { section.finish() }
        let day = section.number("day", default: 1, in: 1...400)
        let time = section.parsed("at", as: "a time of the day such as 09:30", SimulationDay.time) ?? .zero
        let length = section.duration("for", default: .seconds(3_600), atLeast: .milliseconds(1))
        let kind = section.choice(
            "kind", default: SiteScript.Outage.Kind.refused, ["refused": .refused, "timeout": .timeout])
        return SiteScript.Outage(start: .seconds((day - 1) * 86_400) + time, length: length, kind: kind)
    }

    private static func latency(_ section: ConfigurationSection) -> SiteScript.Latency {
        defer { section.finish() }
        var latency = SiteScript.Latency()
        latency.connect = section.duration("connect", default: latency.connect)
        latency.transaction = section.duration("transaction", default: latency.transaction)
        latency.recipient = section.duration("recipient", default: latency.recipient)
        latency.spread = section.decimal("spread", default: latency.spread, in: 0...100)
        for (key, time) in [
            ("connect", latency.connect), ("transaction", latency.transaction), ("recipient", latency.recipient),
        ] where time > .seconds(3_600) {
            section.problem(key, "takes at most an hour")
        }
        return latency
    }

    private static func replies(_ section: ConfigurationSection, _ replies: inout SiteReplies) {
        func read(_ key: String, _ reply: inout Reply) {
            if let found = section.parsed(key, as: "a reply such as '421 4.7.0 try later'", parse) { reply = found }
        }
        read("connections", &replies.connections)
        read("rate", &replies.rate)
        read("trust", &replies.trust)
        read("greylist", &replies.greylist)
        read("temporary", &replies.temporary)
        read("unknown_user", &replies.unknownUser)
        read("block", &replies.block)
        section.finish()
    }

    /// `421 4.7.0 text`: a refusal, so 4xx or 5xx.
    private static func parse(_ text: String) -> Reply? {
        guard let code = UInt16(text.prefix(3)), (400...599).contains(code), text.dropFirst(3).first == " " else {
            return nil
        }
        let rest = text.dropFirst(4)
        guard let status = EnhancedStatus(prefixOf: String(rest)), UInt16(status.severity) == code / 100 else {
            return Reply(code: code, text: String(rest))
        }
        let words = rest.drop { $0 != " " }.dropFirst()
        return Reply(code: code, enhanced: status, text: String(words))
    }
}
