/// Limits that come with the engine, behind those that somebody has set.
package enum ThrottleDefaults {
    /// Both lists as one, in which no two rules state the same figure for the same match: what `own` states takes the
    /// place of what `base` states. A figure that `own` states for *all* sites also takes the place of a looser one that
    /// `base` states for some: who slows everything down means everything.
    package static func combined(_ own: [ThrottleRule], over base: [ThrottleRule]) -> [ThrottleRule] {
        var stated: [ThrottleMatch: ThrottleLimits] = [:]
        for rule in own {
            var limits = stated[rule.match] ?? ThrottleLimits()
            limits.messageRate = limits.messageRate ?? rule.limits.messageRate
            limits.connectionRate = limits.connectionRate ?? rule.limits.connectionRate
            limits.connections = limits.connections ?? rule.limits.connections
            limits.messagesPerConnection = limits.messagesPerConnection ?? rule.limits.messagesPerConnection
            stated[rule.match] = limits
        }
        let general = stated[.site(.any)]
        return own
            + base.compactMap { rule in
                var rest = rule
                if let own = stated[rule.match] { rest.limits.yield(to: own) }
                if let general, rule.match.scope == .site { rest.limits.yield(toStricter: general) }
                return rest.limits == ThrottleLimits() ? nil : rest
            }
    }
}

extension ThrottleLimits {
    fileprivate mutating func yield(to own: Self) {
        if own.messageRate != nil { messageRate = nil }
        if own.connectionRate != nil { connectionRate = nil }
        if own.connections != nil { connections = nil }
        if own.messagesPerConnection != nil { messagesPerConnection = nil }
    }

    fileprivate mutating func yield(toStricter own: Self) {
        if let rate = own.messageRate, let mine = messageRate, rate.interval >= mine.interval { messageRate = nil }
        if let rate = own.connectionRate, let mine = connectionRate, rate.interval >= mine.interval {
            connectionRate = nil
        }
        if let most = own.connections, let mine = connections, most <= mine { connections = nil }
        if let most = own.messagesPerConnection, let mine = messagesPerConnection, most <= mine {
            messagesPerConnection = nil
        }
    }
}
