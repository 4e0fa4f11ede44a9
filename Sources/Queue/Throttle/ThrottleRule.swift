/// What a limit is counted by. From the most to the least specific, which is the order in which they are asked.
package enum ThrottleScope: UInt8, Hashable, Sendable, CaseIterable {
    case siteAndSource, site, source, campaign, tenant
}

/// Which counters a rule gives its figures to. Every site (source, tenant, ...) has a counter of its own, also where the
/// rule names none: `*` is not a sum.
package struct ThrottleMatch: Hashable, Sendable {
    package enum Pattern: Hashable, Sendable {
        case any
        /// Sites only: the site of this provider, whatever the exit.
        case provider(String)
        /// The name of the site or source, the identifier of the tenant or campaign.
        case exact(String)

        var rank: Int {
            switch self {
            case .any: 0
            case .provider: 1
            case .exact: 2
            }
        }

        func matches(_ name: String) -> Bool {
            switch self {
            case .any: true
            case .provider(let provider): Self.ends(name, with: provider)
            case .exact(let wanted): name == wanted
            }
        }

        /// `…:@provider`, without making a string of it.
        private static func ends(_ name: String, with provider: String) -> Bool {
            let rest = name.utf8.count - provider.utf8.count
            return rest >= 2 && name.utf8.suffix(provider.utf8.count).elementsEqual(provider.utf8)
                && name.utf8.dropFirst(rest - 2).prefix(2).elementsEqual(":@".utf8)
        }
    }

    package let scope: ThrottleScope
    /// For the site where the scope has one, else for the only name.
    package let pattern: Pattern
    /// For the source of `siteAndSource`.
    package let source: Pattern

    private init(_ scope: ThrottleScope, _ pattern: Pattern, source: Pattern = .any) {
        self.scope = scope
        self.pattern = pattern
        self.source = source
    }

    package static func site(_ pattern: Pattern) -> Self { Self(.site, pattern) }
    package static func source(_ pattern: Pattern) -> Self { Self(.source, pattern) }
    package static func tenant(_ pattern: Pattern) -> Self { Self(.tenant, pattern) }
    package static func campaign(_ pattern: Pattern) -> Self { Self(.campaign, pattern) }
    package static func site(_ pattern: Pattern, source: Pattern) -> Self {
        Self(.siteAndSource, pattern, source: source)
    }

    /// The higher, the more specific. A named site says more than a named source.
    var rank: Int { pattern.rank * 3 + source.rank }

    func matches(_ key: MeterKey) -> Bool {
        key.scope == scope && pattern.matches(key.name) && source.matches(key.source)
    }
}

/// Names one counter.
package struct MeterKey: Hashable, Sendable {
    package var scope: ThrottleScope
    package var name: String
    /// For `siteAndSource`; else empty.
    package var source = ""

    package init(_ scope: ThrottleScope, _ name: String, source: String = "") {
        self.scope = scope
        self.name = name
        self.source = source
    }
}

/// The figures of a rule. What is `nil` is left to a less specific rule.
package struct ThrottleLimits: Hashable, Sendable {
    /// Deliveries in a time.
    package var messageRate: RateLimit?
    /// New connections in a time.
    package var connectionRate: RateLimit?
    /// Connections (for a tenant: transactions) at once; at least 1.
    package var connections: Int?
    /// Transactions on one connection; at least 1.
    package var messagesPerConnection: Int?

    package init(
        messageRate: RateLimit? = nil, connectionRate: RateLimit? = nil, connections: Int? = nil,
        messagesPerConnection: Int? = nil
    ) {
        self.messageRate = messageRate
        self.connectionRate = connectionRate
        self.connections = connections
        self.messagesPerConnection = messagesPerConnection
    }
}

package struct ThrottleRule: Hashable, Sendable {
    /// What `explain` calls it.
    package var name: String
    package var match: ThrottleMatch
    package var limits: ThrottleLimits

    package init(_ name: String, _ match: ThrottleMatch, _ limits: ThrottleLimits) {
        self.name = name
        self.match = match
        self.limits = limits
    }
}
