import Logging
import Mail

/// Tells the log what rules have begun to hold or to limit, and no more than some lines a minute: a receiver in trouble
/// makes rules fire for a thousand tenants at once. What is in force is asked of the queue, not of the log.
struct RuleTidings {
    static let limit = 20
    static let period = Duration.seconds(60)

    private var began: MonotonicInstant?
    /// Since then, also those that were not told.
    private var count = 0

    /// - Returns: those to tell, and whether to say now that there are more.
    mutating func choose(
        _ news: [ShapingDirective], at now: MonotonicInstant
    ) -> (told: ArraySlice<ShapingDirective>, areMore: Bool) {
        if now - (began ?? now) >= Self.period || began == nil { (began, count) = (now, 0) }
        let before = count
        count += news.count
        return (news.prefix(max(0, Self.limit - before)), before <= Self.limit && count > Self.limit)
    }
}

extension Logger {
    func tell(_ news: ArraySlice<ShapingDirective>, areMore: Bool) {
        for directive in news {
            switch directive {
            case .hold(let hold):
                // A source that is in trouble has been told of by whoever found it so.
                guard case .rule(let name, let reply) = hold.cause else { continue }
                notice(
                    "a rule suspends",
                    metadata: [
                        "rule": "\(name)", "what": "\(hold.scope.words)", "reply": "\(reply)",
                        "until": "\(hold.until?.rfc3339 ?? "resumed")",
                    ])
            case .limit(let limit):
                let of = limit.key.source.isEmpty ? "" : " source \(limit.key.source)"
                notice(
                    "a rule limits",
                    metadata: [
                        "rule": "\(limit.rule)", "what": "site \(limit.key.name)\(of)",
                        "reply": "\(limit.reply)", "until": "\(limit.until.rfc3339)",
                    ])
            }
        }
        if areMore {
            notice("rules suspend and limit more than is told here; 'martlet queue holds' and 'summary' list all")
        }
    }
}

extension Hold.Scope {
    fileprivate var words: String {
        switch self {
        case .site(let site): "site \(site)"
        case .source(let source): "source \(source)"
        case .siteAndSource(let site, let source): "site \(site) source \(source)"
        case .tenant(let tenant): "tenant \(tenant)"
        case .siteAndTenant(let site, let tenant): "site \(site) tenant \(tenant)"
        case .campaign(let campaign): "campaign \(campaign)"
        }
    }
}
