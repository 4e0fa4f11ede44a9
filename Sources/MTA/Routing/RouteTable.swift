package import Mail

/// Which way out a destination takes, as the configuration says. The most specific rule wins, whatever the order:
/// test mail, then the exact domain, then the longest suffix, then `*`.
package struct RouteTable: Sendable {
    private var byDomain: [Domain: Exit] = [:]
    /// Longest first.
    private var bySuffix: [(suffix: Domain, exit: Exit)] = []
    private var byDefault: Exit?
    private var forTests: Exit?

    /// - Throws: `RouteTableFailure` for a rule that names no exit, or says again what another has said.
    package init(_ rules: [RouteRule], exits: [Exit]) throws(RouteTableFailure) {
        var named: [String: Exit] = [:]
        for exit in exits {
            guard named.updateValue(exit, forKey: exit.name) == nil else { throw .duplicateExit(exit.name) }
        }
        for rule in rules {
            guard let exit = named[rule.exit] else { throw .unknownExit(rule.exit) }
            guard add(exit, for: rule.match) else { throw .duplicateRule(rule.match) }
        }
        bySuffix.sort { $0.suffix.text.utf8.count > $1.suffix.text.utf8.count }
    }

    private mutating func add(_ exit: Exit, for match: RouteMatch) -> Bool {
        switch match {
        case .domain(let domain):
            return byDomain.updateValue(exit, forKey: domain) == nil
        case .suffix(let suffix):
            guard !bySuffix.contains(where: { $0.suffix == suffix }) else { return false }
            bySuffix.append((suffix, exit))
            return true
        case .any:
            defer { byDefault = exit }
            return byDefault == nil
        case .test:
            defer { forTests = exit }
            return forTests == nil
        }
    }

    /// `nil`: the configuration has no way there. Test mail never falls back to a route for real mail.
    func exit(for destination: Domain, isTest: Bool) -> Exit? {
        if isTest { return forTests }
        if let exit = byDomain[destination] { return exit }
        return bySuffix.first { destination.isWithin($0.suffix) }?.exit ?? byDefault
    }
}

package struct RouteRule: Hashable, Sendable {
    package var match: RouteMatch
    /// The name of an `Exit`.
    package var exit: String

    package init(_ match: RouteMatch, exit: String) {
        self.match = match
        self.exit = exit
    }
}

package enum RouteMatch: Hashable, Sendable {
    case domain(Domain)
    /// The domain and everything below it.
    case suffix(Domain)
    /// Everything else.
    case any
    /// Mail of test keys.
    case test
}

/// A transport under a name, with the limits of its sites.
package struct Exit: Sendable {
    package enum Sites: Hashable, Sendable {
        /// All destinations share one site: a smarthost, an inbox.
        case one
        /// Destinations with the same MX hosts share a site.
        case byExchanges
        /// The same, but all destinations of one `Provider` share a site, whatever their hosts.
        case byProvider
    }

    package var name: String
    package var transport: any Transport
    package var sites: Sites
    package var limits: SiteLimits

    package init(name: String, transport: any Transport, sites: Sites, limits: SiteLimits = SiteLimits()) {
        self.name = name
        self.transport = transport
        self.sites = sites
        self.limits = limits
    }
}

package enum RouteTableFailure: Error, Hashable, Sendable {
    case unknownExit(String)
    case duplicateExit(String)
    case duplicateRule(RouteMatch)
}
