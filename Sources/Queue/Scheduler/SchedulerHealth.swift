import Mail

/// What outcomes say about a site as a whole. A connection that fails says little about the one delivery that
/// happened to ask for it and much about the site: with its whole cohort of lanes failing, the site rests, and its
/// deliveries wait where they are without an attempt being counted. At the end of the rest one delivery probes it. A
/// 4xx reply, in contrast, is about its delivery alone.
extension Scheduler {
    mutating func judge(_ batch: Batch, _ outcomes: [Outcome], tick: UInt64) {
        let site = batch.site
        if let reason = Self.siteFailure(outcomes) {
            blame(site, reason, batch, tick: tick)
        } else if outcomes.contains(where: Self.provesReachable) {
            if records[site].health.reason != nil {
                records[site].health = SiteHealth()
                sites[site].isBackedOff = false
            }
            records[site].feedback.succeeded(busy: sites[site].lanes.count)
            trust(site)
        }
    }

    private mutating func blame(_ site: SiteIndex, _ reason: DeferralReason, _ batch: Batch, tick: UInt64) {
        // Pulled before the back-off: it tells of the same trouble, not of new one.
        if let blockedAt = records[site].health.blockedAt, batch.pulledAt <= blockedAt { return }
        if sites[site].isBackedOff { return }
        if reason == .remoteReply, batch.source != .none, egress.sources.count > 1 {
            // RFC 5321 §3.8: a 421 is an answer. It may be about this source alone, and must not stop the others; what
            // else follows from it is for the rules for replies.
            records[site].feedback.slowed()
            trust(site)
            return
        }
        var cohort = max(1, sites[site].lanes.count)
        if !sites[site].limits.mixesDestinations {
            // At a provider each destination has hosts of its own: one that is dead, or names hosts that never
            // were, must not stop the mail of all others. Several different ones in a row tell of the provider.
            let destination = deliveries[batch.first].destination
            if records[site].health.failedDestination == destination { return }
            records[site].health.failedDestination = destination
            cohort = max(cohort, Self.providerCohort)
        }
        records[site].health.reason = reason
        if records[site].feedback.isDead, !sites[site].limits.mixesDestinations {
            // A probe that failed; here, too, it takes several destinations.
            records[site].health.failedProbes &+= 1
            if Int(records[site].health.failedProbes) < cohort { return }
        }
        records[site].feedback.failed(busy: cohort)
        trust(site)
        if records[site].feedback.isDead { backOff(site, tick: tick) }
    }

    private mutating func trust(_ site: SiteIndex) {
        sites[site].allowance = Int32(clamping: records[site].feedback.window)
        wantLane(site)
    }

    /// Different destinations of a provider that fail with none between that does not.
    static var providerCohort: Int { 5 }

    private mutating func backOff(_ site: SiteIndex, tick: UInt64) {
        // The site's timer is for the end of the back-off now; its limits are asked again then.
        sites[site].heldUntil = nil
        sites[site].isBackedOff = true
        records[site].health.backOffs &+= 1
        let delay = options.siteBackOff.delay(after: Int(records[site].health.backOffs), using: &generator)
        let until = tick + UInt64(max(1, delay.wholeMilliseconds))
        records[site].health.blockedAt = tick
        records[site].health.blockedUntil = until
        siteTimers.set(site, at: until)
    }

    /// One delivery may probe the site.
    mutating func endBackOff(of site: SiteIndex, tick: UInt64) {
        records[site].health.blockedUntil = nil
        records[site].health.failedDestination = .none
        records[site].health.failedProbes = 0
        sites[site].isBackedOff = false
        sites[site].allowance = 1
        wantLane(site)
        restIfIdle(site, tick: tick)
    }

    /// The reason, when every outcome says that no conversation came about.
    private static func siteFailure(_ outcomes: [Outcome]) -> DeferralReason? {
        var found: DeferralReason?
        for outcome in outcomes {
            guard case .deferred(let reason) = outcome.verdict, blamesSite(reason, outcome.reply) else { return nil }
            found = reason
        }
        return found
    }

    private static func blamesSite(_ reason: DeferralReason, _ reply: Reply?) -> Bool {
        switch reason {
        case .connectionRefused, .connectionTimeout, .noGreeting, .tlsFailed, .tlsUnavailable, .dnsFailure,
            .authenticationFailed:
            true
        case .remoteReply:
            // RFC 5321 §3.8: 421 closes the channel, whatever the command was.
            reply?.code == 421
        case .connectionLost, .replyTimeout, .protocolViolation, .contentUnavailable, .shuttingDown, .noRoute:
            false
        // What one destination demands says nothing about the others that the same hosts serve.
        case .tlsPolicyForbidsHosts, .tlsPolicyMissing, .tlsPolicyNotMet, .tlsaLookupFailed: false
        // The source's own trouble: another source reaches the site.
        case .proxyFailed, .sourceUnavailable, .noAddressFamily: false
        }
    }

    private static func provesReachable(_ outcome: Outcome) -> Bool {
        switch outcome.verdict {
        case .delivered: true
        case .bounced, .deferred: outcome.reply.map { $0.code != 421 } ?? false
        }
    }
}
