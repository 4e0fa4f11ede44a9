import Mail
import Queue

/// Says each reason of the scheduler in the words of the contract. Every case has its own: there is no "unknown".
struct WaitWords {
    let moment: Moment
    /// A rule's suspension of a site or source may come of another tenant's mail, and the reply to that names its
    /// recipient: only operators see it.
    var isForOperator = true

    /// - Parameter earliest: what the queue itself says of the delivery; without one, what the reason says.
    func report(_ reason: WaitReason, earliest: MonotonicInstant? = nil) -> WaitReport {
        var report = report(of: reason)
        if let time = moment.wall(at: earliest) { report.earliest = time }
        return report
    }

    private func report(of reason: WaitReason) -> WaitReport {
        switch reason {
        case .underWay:
            WaitReport(code: .underWay, detail: "A connection carries it at this moment.")
        case .scheduled(let until):
            WaitReport(
                code: .scheduled, detail: "Whoever sent it asked for it to leave at \(clock(until)), not before.",
                earliest: moment.wall(at: until))
        case .retry(let reason, let attempts, let until):
            WaitReport(
                code: .retryWait,
                detail: "\(tries(attempts))\(because(reason)). The next attempt is at \(clock(until)).",
                earliest: moment.wall(at: until))
        case .routing:
            WaitReport(
                code: .dns, detail: "The mail hosts of its destination are being looked up in the DNS.")
        case .siteBackOff(let site, let reason, let until):
            WaitReport(
                code: .siteBackoff,
                detail: "Site \(site) could not be reached\(because(reason)). One delivery will try it again at "
                    + "\(clock(until)); when that works, the others follow.",
                earliest: moment.wall(at: until))
        case .siteConnections(let site, let limit):
            WaitReport(
                code: .siteConnections,
                detail: "\(busy(limit)) that site \(site) is allowed at present "
                    + "\(limit == 1 ? "is" : "are") busy. It goes when one is free.",
                limit: .init(rule: "connections", figure: FigureWords.connections(limit), used: limit))
        case .shardConnections(let limit):
            WaitReport(
                code: .shardConnections,
                detail: "\(busy(limit)) that this part of the engine is allowed \(limit == 1 ? "is" : "are") busy with "
                    + "other sites. It goes when one is free.",
                limit: .init(rule: "connections per shard", figure: FigureWords.connections(limit), used: limit))
        case .throttled(let refusal): throttled(refusal)
        case .held(let hold): held(shown(HoldReport(hold)))
        case .daily(let refusal): daily(refusal)
        case .turn(let site):
            WaitReport(
                code: .turn,
                detail: "Nothing holds it back: other mail to site \(site) goes first, then it is its turn.")
        case .suspended(let suspension): SuspensionWords.of(suspension)
        }
    }

    // MARK: Limits

    private func throttled(_ refusal: ThrottleRefusal) -> WaitReport {
        let figure: String
        let state: String
        var used: Int?
        switch refusal.limit {
        case .messageRate(let rate):
            figure = FigureWords.rate(rate, of: "message")
            state = "and that is used up at the moment."
        case .connectionRate(let rate):
            figure = FigureWords.rate(rate, of: "new connection")
            state = "and that is used up at the moment."
        case .connections(let count):
            figure = FigureWords.connections(count)
            used = count
            state = "and \(count == 1 ? "it is" : "all are") in use. It goes when one is free."
        }
        let detail = "The limit for \(whose(refusal.key)) is \(figure) (rule \(refusal.rule)), \(state)"
        return WaitReport(
            code: Self.code(refusal), detail: detail + next(refusal.earliest),
            limit: .init(rule: refusal.rule, figure: figure, used: used), earliest: moment.wall(at: refusal.earliest))
    }

    private static func code(_ refusal: ThrottleRefusal) -> WaitCode {
        switch (refusal.key.scope, refusal.limit) {
        case (.site, .connections), (.siteAndSource, .connections): .siteConnections
        case (.site, .messageRate), (.site, .connectionRate), (.siteAndSource, .messageRate),
            (.siteAndSource, .connectionRate):
            .siteRate
        case (.source, .messageRate), (.source, .connectionRate), (.source, .connections): .sourceRate
        case (.campaign, .messageRate), (.campaign, .connectionRate), (.campaign, .connections): .campaignRate
        case (.tenant, .messageRate), (.tenant, .connectionRate), (.tenant, .connections): .tenantRate
        }
    }

    private func whose(_ key: MeterKey) -> String {
        switch key.scope {
        case .siteAndSource: "site \(key.name) from source \(key.source)"
        case .site: "site \(key.name)"
        case .source: "source \(key.name)"
        case .campaign: "campaign \(key.name)"
        case .tenant: "tenant \(key.name)"
        }
    }

    private func daily(_ refusal: DailyRefusal) -> WaitReport {
        let earliest = moment.wall(at: refusal.earliest)
        switch refusal.cause {
        case .warmup(let source, let group, let stage, let cap, let sent):
            let day =
                earliest.map { "The next sending day begins at \($0.rfc3339)." } ?? "It goes on when somebody decides."
            return WaitReport(
                code: .warmupCap,
                detail:
                    "Source \(source) is being warmed up for \(group): stage \(stage) allows \(cap) today, and \(sent) "
                    + "have been sent. \(day)",
                limit: .init(rule: "warmup \(source)/\(group) stage \(stage)", figure: "\(cap)/day", used: sent),
                earliest: earliest)
        case .warmupPaused(let source, let group):
            let state =
                earliest.map { "has not begun: nothing leaves before its first day, at \($0.rfc3339)." }
                ?? "is held at zero. It stays so until an operator resumes it (martlet warmup resume)."
            return WaitReport(
                code: .warmupCap, detail: "The warm-up of source \(source) for \(group) \(state)",
                limit: .init(rule: "warmup \(source)/\(group)", figure: "0/day"), earliest: earliest)
        case .quota(let rule, let key, let cap, let sent):
            return WaitReport(
                code: .quota,
                detail: "\(whose(key)) may send \(cap) a day (rule \(rule)), and \(sent) have been sent today."
                    + next(refusal.earliest),
                limit: .init(rule: rule, figure: "\(cap)/day", used: sent), earliest: earliest)
        case .reserving(let key):
            let code: WaitCode = if case .warmup = key { .warmupCap } else { .quota }
            return WaitReport(
                code: code,
                detail: "\(whose(key)) has room in today's cap, but the next part of it is not written to disk yet; "
                    + "nothing leaves that a crash could make the queue forget.",
                earliest: earliest)
        }
    }

    private func whose(_ key: DailyKey) -> String {
        switch key {
        case .warmup(let source, let group): "Source \(source) for \(group)"
        case .tenantQuota(let tenant): "Tenant \(tenant)"
        case .campaignQuota(let campaign): "Campaign \(campaign)"
        }
    }

    // MARK: Suspensions

    private func shown(_ hold: HoldReport) -> HoldReport {
        guard !isForOperator, hold.kind == .rule, hold.tenant == nil else { return hold }
        var hold = hold
        hold.reason = ""
        return hold
    }

    private func held(_ hold: HoldReport) -> WaitReport {
        let end = hold.until.map { "It ends at \($0.rfc3339)." } ?? "It stays so until it is resumed."
        let why = hold.reason.isEmpty ? "" : " (\"\(hold.reason)\")"
        switch hold.kind {
        case .byOperator:
            return WaitReport(
                code: .paused,
                detail: "\(hold.by) has suspended \(hold.scopeWords)\(why) at \(hold.since.rfc3339). \(end)",
                limit: .init(rule: "suspension", figure: "nothing leaves"), hold: hold, earliest: hold.until)
        case .rule:
            return WaitReport(
                code: .suspendedByRule,
                detail:
                    "The shaping rule \(hold.by) has suspended \(hold.scopeWords) after "
                    + (hold.reason.isEmpty ? "a reply " : "the reply \"\(hold.reason)\" ")
                    + "at \(hold.since.rfc3339). \(end)",
                limit: .init(rule: hold.by, figure: "nothing leaves"), hold: hold, earliest: hold.until)
        case .sourceHealth:
            return WaitReport(
                code: .sourceUnavailable,
                detail: "There is no other source for it, and \(hold.scopeWords) cannot be used: \(hold.reason). "
                    + (hold.until.map { "It is tried again at \($0.rfc3339)." } ?? "It stays so until it is mended."),
                limit: .init(rule: "source health", figure: "nothing leaves"), hold: hold, earliest: hold.until)
        }
    }

    // MARK: Parts of sentences

    private func clock(_ instant: MonotonicInstant) -> String {
        moment.wall(at: instant)?.rfc3339 ?? "a time that is not set"
    }

    private func next(_ earliest: MonotonicInstant?) -> String {
        moment.wall(at: earliest).map { " The next can go at \($0.rfc3339)." } ?? ""
    }

    private func because(_ reason: DeferralReason?) -> String {
        reason.map { " because \($0.words)" } ?? ""
    }

    private func tries(_ attempts: Int) -> String {
        switch attempts {
        case 0: "It was put back without an attempt"
        case 1: "The first attempt failed"
        default: "\(attempts) attempts failed"
        }
    }

    private func busy(_ limit: Int) -> String { limit == 1 ? "The one connection" : "All \(limit) connections" }
}
