import Mail

/// What outcomes say about a site as a whole. A connection that fails says little about the one delivery that
/// happened to ask for it and much about the site: with its whole cohort of lanes failing, the site rests, and its
/// deliveries wait where they are without an attempt being counted. At the end of the rest one delivery probes it. A
/// 4xx reply, in contrast, is about its delivery alone.
extension Scheduler {
    mutating func judge(_ batch: Batch, _ outcomes: [Outcome], tick: UInt64) {
        let site = batch.site
        if ledger != nil { end(batch, tick: tick) }
        if let reason = Self.siteFailure(outcomes) {
            // Pulled before the back-off: it tells of the same trouble, not of new one.
            if let blockedAt = sites[site].health.blockedAt, batch.pulledAt <= blockedAt { return }
            if sites[site].health.isBackedOff { return }
            let lanes = max(1, sites[site].lanes.count)
            var cohort = lanes
            if !sites[site].limits.mixesDestinations {
                // At a provider each destination has hosts of its own: one that is dead, or names hosts that never
                // were, must not stop the mail of all others. Several different ones in a row tell of the provider.
                let destination = deliveries[batch.first].destination
                if sites[site].health.failedDestination == destination { return }
                sites[site].health.failedDestination = destination
                cohort = max(lanes, Self.providerCohort)
            }
            sites[site].health.failuresInRow += 1
            sites[site].health.reason = reason
            sites[site].allowance = max(1, lanes - 1)
            if sites[site].health.failuresInRow >= cohort { backOff(site, tick: tick) }
        } else if outcomes.contains(where: Self.provesReachable) {
            let allowance = min(sites[site].allowance + 1, max(1, sites[site].limits.connections))
            sites[site].health = SiteHealth()
            sites[site].allowance = allowance
            wantLane(site)
        }
    }

    /// Different destinations of a provider that fail with none between that does not.
    static var providerCohort: Int { 5 }

    private mutating func backOff(_ site: SiteIndex, tick: UInt64) {
        sites[site].health.failuresInRow = 0
        // The site's timer is for the end of the back-off now; its limits are asked again then.
        sites[site].heldUntil = nil
        sites[site].health.backOffs += 1
        let delay = options.siteBackOff.delay(after: sites[site].health.backOffs, using: &generator)
        let until = tick + UInt64(max(1, delay.wholeMilliseconds))
        sites[site].health.blockedAt = tick
        sites[site].health.blockedUntil = until
        siteTimers.set(site, at: until)
    }

    /// The back-off of a site is over, or it has been without mail for long enough to be forgotten.
    mutating func siteTimerFired(_ site: SiteIndex, tick: UInt64) {
        if let until = sites[site].health.blockedUntil, until <= tick {
            sites[site].health.blockedUntil = nil
            sites[site].allowance = 1
            wantLane(site)
            restIfIdle(site, tick: tick)
        } else if let until = sites[site].heldUntil, !sites[site].health.isBackedOff {
            guard until <= tick else {
                siteTimers.set(site, at: until)
                return
            }
            sites[site].heldUntil = nil
            wantLane(site)
            restIfIdle(site, tick: tick)
        } else if sites[site].isIdle, !sites[site].isQueued {
            forgetSite(site)
        }
    }

    private mutating func forgetSite(_ site: SiteIndex) {
        while let flow = sites[site].transactional.popFirst(in: &flows) { discard(flow) }
        while let flow = sites[site].broadcast.popFirst(in: &flows) { discard(flow) }
        siteNumbers[sites[site].name] = nil
        siteTimers.cancel(site)
        meters.release(sites[site].meter)
        sites.release(site)
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
        case .connectionRefused, .connectionTimeout, .tlsFailed, .tlsUnavailable, .dnsFailure, .authenticationFailed:
            true
        case .remoteReply:
            // RFC 5321 §3.8: 421 closes the channel, whatever the command was.
            reply?.code == 421
        case .connectionLost, .replyTimeout, .protocolViolation, .contentUnavailable, .shuttingDown, .noRoute:
            false
        // What one destination demands says nothing about the others that the same hosts serve.
        case .tlsPolicyForbidsHosts, .tlsPolicyMissing, .tlsPolicyNotMet, .tlsaLookupFailed: false
        }
    }

    private static func provesReachable(_ outcome: Outcome) -> Bool {
        switch outcome.verdict {
        case .delivered: true
        case .bounced, .deferred: outcome.reply.map { $0.code != 421 } ?? false
        }
    }
}
