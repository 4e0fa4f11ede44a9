package import Mail

/// What does not leave for a while: a suspension, by an operator or by a rule of `shaping.yaml`. It is kept over a
/// restart.
package struct Hold: Hashable, Sendable, Identifiable {
    /// What is held. Two holds of the same scope may stand side by side; all must be gone before anything leaves.
    package enum Scope: Hashable, Sendable {
        /// The name of a site, as `martlet queue` shows it.
        case site(String)
        case source(String)
        case siteAndSource(site: String, source: String)
        case tenant(UUIDv7)
        case siteAndTenant(site: String, tenant: UUIDv7)
        case campaign(UUIDv7)
    }

    package enum Cause: Hashable, Sendable {
        /// - Parameters:
        ///   - by: the name of the key, or `martlet queue`.
        ///   - reason: the operator's own words; may be empty.
        case `operator`(by: String, reason: String)
        /// The rule of `shaping.yaml` and the reply that set it off.
        case rule(name: String, reply: String)
        /// The source cannot be used: its address is gone, or its proxy does not answer.
        case sourceHealth(String)
    }

    package var id: UUIDv7
    package var scope: Scope
    package var cause: Cause
    package var since: WallTime
    /// `nil`: until it is resumed.
    package var until: WallTime?

    package init(id: UUIDv7, scope: Scope, cause: Cause, since: WallTime, until: WallTime?) {
        self.id = id
        self.scope = scope
        self.cause = cause
        self.since = since
        self.until = until
    }
}

extension Hold.Scope {
    /// The site that it is about, if it is about one.
    var site: String? {
        switch self {
        case .site(let site), .siteAndSource(let site, _), .siteAndTenant(let site, _): site
        case .source, .tenant, .campaign: nil
        }
    }

    /// The source that it is about, if it is about one.
    var source: String? {
        switch self {
        case .source(let source), .siteAndSource(_, let source): source
        case .site, .tenant, .siteAndTenant, .campaign: nil
        }
    }
}

extension Hold.Cause {
    /// Why, in a line.
    var text: String {
        switch self {
        case .operator(let by, let reason): reason.isEmpty ? "suspended by \(by)" : "suspended by \(by): \(reason)"
        case .rule(let name, let reply): "suspended by the rule \(name): \(reply)"
        case .sourceHealth(let trouble): trouble
        }
    }
}
