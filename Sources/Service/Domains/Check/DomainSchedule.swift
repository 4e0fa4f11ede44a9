import Mail

/// When a domain is looked at next. Whoever has just added a domain publishes its records within minutes or hours, so
/// in that time it is looked at often and nobody has to press a button; afterwards a few times a day.
struct DomainSchedule {
    var options: DomainCheckOptions

    /// - Parameter draw: from 0 to 1, spreads the domains by a tenth to either side.
    func next(after now: WallTime, for domain: SendingDomain, findings: [DomainFinding], draw: Double) -> WallTime {
        var wait = options.interval
        switch domain.status {
        case .pending: wait = min(wait, patience(since: domain.createdAt, now))
        case .verified: break
        }
        // A rotation waits as a new domain does.
        for key in domain.dkim where key.state == .publishedPending {
            wait = min(wait, patience(since: key.createdAt ?? domain.createdAt, now))
        }
        // The first sign of trouble is confirmed soon.
        if let since = domain.failingSince { wait = min(wait, since == now ? .seconds(600) : .seconds(3_600)) }
        if findings.contains(where: { $0.status == .temporary && $0.weight > 0 }) { wait = min(wait, .seconds(900)) }
        let spread = 0.9 + 0.2 * min(max(draw, 0), 1)
        var next = now + .milliseconds(Int64(Double(wait.wholeMilliseconds) * spread))
        for key in domain.dkim where key.state == .retiring {
            if let end = key.removableAt, end > now { next = min(next, end) }
        }
        if let since = domain.failingSince, since + options.grace > now { next = min(next, since + options.grace) }
        return next
    }

    /// By the age of what is waited for.
    private func patience(since start: WallTime, _ now: WallTime) -> Duration {
        switch now - start {
        case ..<(.seconds(3_600)): .seconds(120)
        case ..<(.seconds(86_400)): .seconds(600)
        case ..<(.seconds(7 * 86_400)): .seconds(3_600)
        default: options.interval
        }
    }
}
