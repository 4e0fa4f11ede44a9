package import Mail
import Synchronization

/// Counts what comes in by the domain whose DMARC record applied, the UTC day and everything a row of an aggregate
/// report says (RFC 9990 §3.1.1.7), until somebody takes the counts and stores them.
///
/// Called from many threads; holds a lock for one dictionary look-up. Bounded: when there are too many different rows,
/// those of mail without authentication results, which spam fills it with, are counted without their details, and at
/// last not at all but in `dropped`.
package final class AggregateAccumulator: Sendable {
    /// Different rows kept until the next `drain`.
    package let limit: Int
    private let state = Mutex(State())

    private struct Key: Hashable {
        var domain: Domain
        var day: Int
        /// With a count of 0.
        var row: AggregateRow
    }

    private struct State {
        var counts: [Key: Int] = [:]
        var dropped = 0
    }

    package init(limit: Int = 100_000) { self.limit = limit }

    /// Counts one message, if a DMARC record was found for it.
    /// - Parameters:
    ///   - disposition: what is done with it, which may differ from what the policy asks.
    ///   - recipient: the domain of the recipients, where all are in one.
    package func record(
        _ results: MessageAuthentication, from client: MessageClient, disposition: AggregateRow.Disposition? = nil,
        overrides: [AggregateOverride] = [], recipient: Domain? = nil, at time: WallTime
    ) {
        guard let domain = results.dmarc.recordDomain, results.dmarc.result != .temperror else { return }
        var row = AggregateRow.of(results, from: client, recipient: recipient)
        if let disposition { row.disposition = disposition }
        row.overrides += overrides
        let day = time.utcDay
        state.withLock { state in
            for attempt in [row, row.withoutDetails] {
                let key = Key(domain: domain, day: day, row: attempt)
                if state.counts[key] != nil || state.counts.count < (attempt == row ? limit / 10 * 9 : limit) {
                    state.counts[key, default: 0] += 1
                    return
                }
            }
            state.dropped += 1
        }
    }

    /// The counts since the last time, which are then forgotten here.
    package func drain() -> [PendingAggregate] {
        let counts = state.withLock { state in
            let counts = state.counts
            state.counts = [:]
            return counts
        }
        return counts.map { key, count in
            var row = key.row
            row.count = count
            return PendingAggregate(domain: key.domain, day: key.day, row: row)
        }
    }

    /// Puts back what could not be stored.
    package func restore(_ pending: [PendingAggregate]) {
        state.withLock { state in
            for entry in pending {
                var row = entry.row
                row.count = 0
                let key = Key(domain: entry.domain, day: entry.day, row: row)
                guard state.counts[key] != nil || state.counts.count < limit else {
                    state.dropped += entry.row.count
                    continue
                }
                state.counts[key, default: 0] += entry.row.count
            }
        }
    }

    /// Messages that were not counted for lack of room.
    package var dropped: Int { state.withLock { $0.dropped } }
}

extension AggregateRow {
    /// What a report says of this message, with a count of 0.
    static func of(_ results: MessageAuthentication, from client: MessageClient, recipient: Domain?) -> AggregateRow {
        let dmarc = results.dmarc
        var overrides: [AggregateOverride] = []
        // RFC 9990 §3.1.6: the policy was made milder because the record says `t=y`.
        if dmarc.isTesting, dmarc.result != .pass, dmarc.policy != dmarc.disposition {
            overrides.append(AggregateOverride(.policyTestMode))
        }
        return AggregateRow(
            source: client.address.unmapped, count: 0, disposition: Disposition.of(dmarc),
            isDKIMAligned: dmarc.isDKIMAligned, isSPFAligned: dmarc.isSPFAligned, overrides: overrides,
            headerFrom: dmarc.author?.text ?? "", envelopeFrom: client.sender?.domain.text ?? "",
            envelopeTo: recipient?.text,
            dkim: results.dkim.prefix(AggregateReportWriter.signatureLimit).compactMap { outcome in
                guard outcome.result != .none, let domain = outcome.domain else { return nil }
                return AggregateDKIM(domain: domain.text, selector: outcome.selector, result: outcome.result)
            },
            spf: results.spf.filter { $0.identity == .mailFrom }.prefix(1).map {
                AggregateSPF(domain: $0.domain, result: $0.result)
            })
    }

    fileprivate var withoutDetails: AggregateRow {
        var row = self
        row.dkim = []
        row.envelopeTo = nil
        return row
    }
}

extension AggregateRow.Disposition {
    /// RFC 9990 §3.1.1.9: `pass` where an enforcing policy was met.
    fileprivate static func of(_ outcome: DMARCOutcome) -> Self {
        if outcome.result == .pass { return outcome.policy == .none ? .none : .pass }
        switch outcome.disposition {
        case .none: return .none
        case .quarantine: return .quarantine
        case .reject: return .reject
        }
    }
}
