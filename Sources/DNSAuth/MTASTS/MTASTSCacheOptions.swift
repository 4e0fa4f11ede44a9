/// How long and how many policies are kept.
package struct MTASTSCacheOptions: Sendable {
    /// Domains that something is known of.
    package var capacity = 10_000
    /// Bytes of all policies.
    package var byteLimit = 64 << 20
    /// After a failed fetch nobody asks again for this long (RFC 8461 §3.3).
    package var failureAge: Duration = .seconds(300)
    /// Until this much later a further fetch runs in the background: a policy host that does not answer makes mail wait
    /// once, and not again every five minutes.
    package var failureMemory: Duration = .seconds(3_600)
    /// A policy this old, or at half of its life, is fetched again in the background (RFC 8461 §10.2).
    package var refreshAfter: Duration = .seconds(86_400)
    /// How often `run` looks for such policies.
    package var sweepInterval: Duration = .seconds(3_600)
    /// A domain that no mail went to for this long is not refreshed any more; its policy still holds until it expires.
    package var idleAfter: Duration = .seconds(30 * 86_400)
    /// Refreshes of one sweep at once.
    package var parallelRefreshes = 4
    /// How long changes are gathered before they are saved.
    package var saveDelay: Duration = .seconds(5)

    package init() {}
}

/// What a cache has done since it was made.
package struct MTASTSCounts: Hashable, Sendable {
    /// Answers from a kept policy.
    package var hits = 0
    package var fetches = 0
    package var failures = 0
    package var evicted = 0
    package var saves = 0
    package var failedSaves = 0
    /// Policies held now.
    package var policies = 0

    package init() {}
}
