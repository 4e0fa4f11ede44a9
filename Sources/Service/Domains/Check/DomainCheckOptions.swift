/// When domains are looked at, and how patient the engine is with them.
package struct DomainCheckOptions: Hashable, Sendable {
    /// Between two looks at a settled domain, give or take a tenth so that they spread.
    package var interval: Duration = .seconds(6 * 3_600)
    /// How long a verified domain may lack what proves it before it loses its status.
    package var grace: Duration = .seconds(72 * 3_600)
    /// How long the record of a replaced DKIM key stays published. Longer than mail may be under way.
    package var overlap: Duration = .seconds(7 * 86_400)
    /// What one look may take; a question without an answer by then counts as a temporary failure.
    package var timeout: Duration = .seconds(10)
    /// The least time between two looks that are asked for, for one domain.
    package var pause: Duration = .seconds(10)
    /// Domains looked at side by side by the drift watch.
    package var concurrency = 4
    /// Between two questions of the drift watch for domains that are due.
    package var tick: Duration = .seconds(30)

    package init() {}
}
