package import Mail

/// Whether sources can be used at all: an address that has left this machine, or a proxy that does not answer, fails
/// the mail of every site alike. After several failures in a row, over any sites, the source rests for a time that
/// doubles; the first attempt after the rest is the probe. Pure: it hears what attempts came to, and says when to rest.
///
/// The rest is a hold of the source (`Hold.Cause.sourceHealth`), so that pools turn to their other sources at once.
package struct SourceHealth: Sendable {
    package struct Rules: Hashable, Sendable {
        /// Failures in a row before the first rest; at least 1.
        package var failures = 5
        package var firstRest: Duration = .seconds(30)
        package var longestRest: Duration = .seconds(600)

        package init() {}
    }

    /// What an attempt says about its source.
    package enum Sign: Hashable, Sendable {
        /// A conversation came about, or the mail host itself refused one.
        case usable
        case trouble(Trouble)
        /// It did not come to using the source.
        case none
    }

    package enum Trouble: Hashable, Sendable {
        case proxy
        case address

        /// For people: the reason of the hold.
        package var text: String {
            switch self {
            case .proxy: "its proxy cannot be used"
            case .address: "its address is not on this machine"
            }
        }
    }

    package struct Rest: Hashable, Sendable {
        package var trouble: Trouble
        package var duration: Duration
        package var until: MonotonicInstant
    }

    private struct Record: Sendable {
        var failuresInRow = 0
        var rests = 0
        var trouble: Trouble
        /// The start of the last rest: what was under way by then tells of the same trouble, not of new one.
        var restedAt: MonotonicInstant?
        var until: MonotonicInstant?
    }

    private let rules: Rules
    /// Only those in trouble.
    private var records: [String: Record] = [:]

    package init(_ rules: Rules = Rules()) { self.rules = rules }

    /// Whether no source has any trouble, so that good signs need not be told.
    package var isWell: Bool { records.isEmpty }

    /// - Parameter start: when the attempt began.
    /// - Returns: set when the source has to rest from now on.
    package mutating func note(
        _ sign: Sign, of source: String, startedAt start: MonotonicInstant, now: MonotonicInstant
    ) -> Rest? {
        let record = records[source]
        if let rested = record?.restedAt, start <= rested { return nil }
        switch sign {
        case .none: return nil
        case .usable:
            records[source] = nil
            return nil
        case .trouble(let trouble):
            var record = record ?? Record(trouble: trouble)
            record.trouble = trouble
            record.failuresInRow += 1
            defer { records[source] = record }
            // A probe needs no second opinion.
            guard record.rests > 0 || record.failuresInRow >= max(1, rules.failures) else { return nil }
            let duration = duration(ofRest: record.rests)
            record.failuresInRow = 0
            record.rests += 1
            record.restedAt = now
            record.until = now + duration
            return Rest(trouble: trouble, duration: duration, until: now + duration)
        }
    }

    /// What is wrong with a source: it rests, or has not been proved well since. `nil`: nothing.
    package func trouble(of source: String) -> Trouble? {
        guard let record = records[source], record.rests > 0 else { return nil }
        return record.trouble
    }

    /// The configuration has no such sources any more.
    package mutating func forget(where isGone: (String) -> Bool) {
        records = records.filter { !isGone($0.key) }
    }

    /// - Parameter rests: those before it since the source was well.
    private func duration(ofRest rests: Int) -> Duration {
        var duration = rules.firstRest
        for _ in 0..<rests {
            if duration >= rules.longestRest { break }
            duration *= 2
        }
        return min(duration, rules.longestRest)
    }
}

extension SourceHealth.Sign {
    /// What the outcomes of one batch say of its source together.
    package init(_ outcomes: [Outcome]) {
        var sign = Self.none
        for outcome in outcomes {
            switch Self(outcome) {
            case .usable:
                self = .usable
                return
            case .trouble(let trouble): sign = .trouble(trouble)
            case .none: break
            }
        }
        self = sign
    }

    private init(_ outcome: Outcome) {
        switch outcome.verdict {
        case .delivered: self = .usable
        case .bounced: self = outcome.reply == nil ? .none : .usable
        case .deferred(let reason):
            switch reason {
            // With a host: the proxy works, and refuses that one.
            case .proxyFailed: self = outcome.host == nil ? .trouble(.proxy) : .none
            case .sourceUnavailable: self = .trouble(.address)
            case .remoteReply, .connectionRefused, .connectionTimeout, .connectionLost, .replyTimeout, .tlsFailed,
                .tlsUnavailable, .protocolViolation, .authenticationFailed, .noGreeting:
                self = .usable
            case .dnsFailure, .contentUnavailable, .shuttingDown, .noRoute, .tlsPolicyForbidsHosts,
                .tlsPolicyMissing, .tlsPolicyNotMet, .tlsaLookupFailed, .noAddressFamily:
                self = .none
            }
        }
    }
}
