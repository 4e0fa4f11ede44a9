package import Mail
import Synchronization

/// Counts TLS sessions by destination, policy and UTC day (RFC 8460 §4.1), until somebody takes the counts and stores
/// them. Called on loops: holds a lock for one or two dictionary look-ups.
package final class TLSReportAccumulator: TLSAttemptLog {
    /// Different counts kept until the next `drain`. Beyond it, failures are counted without addresses and reasons; and
    /// at last not at all but in `dropped`.
    package let limit: Int
    private let state = Mutex(State())

    private struct Key: Hashable {
        var destination: Domain
        var day: Int
        /// Nothing in it is counted.
        var policy: TLSReportPolicy
        /// With a count of 0. `nil`: successes.
        var failure: TLSReportFailure?
    }

    private struct State {
        var counts: [Key: Int] = [:]
        var dropped = 0
    }

    package init(limit: Int = 50_000) { self.limit = limit }

    package func record(_ attempt: TLSAttempt) {
        var key = Key(
            destination: attempt.destination, day: attempt.at.utcDay,
            policy: TLSReportPolicy(attempt.policy, of: attempt.destination))
        if let failure = attempt.failure {
            key.failure = TLSReportFailure(
                failure, sendingAddress: attempt.sendingAddress, receivingHost: attempt.receivingHost,
                receivingAddress: attempt.receivingAddress, count: 0, reasonCode: attempt.detail)
        }
        var plain = key
        plain.failure = key.failure.map { TLSReportFailure($0.result, count: 0) }
        state.withLock { state in
            if state.counts[key] != nil || state.counts.count < limit / 10 * 9 {
                state.counts[key, default: 0] += 1
            } else if state.counts[plain] != nil || state.counts.count < limit {
                state.counts[plain, default: 0] += 1
            } else {
                state.dropped += 1
            }
        }
    }

    /// The counts since the last time, which are then forgotten here.
    package func drain() -> [PendingTLS] {
        let counts = state.withLock { state in
            let counts = state.counts
            state.counts = [:]
            return counts
        }
        return counts.map { key, count in
            PendingTLS(
                destination: key.destination, day: key.day, policy: key.policy,
                failure: key.failure, count: count)
        }
    }

    /// Puts back what could not be stored.
    package func restore(_ pending: [PendingTLS]) {
        state.withLock { state in
            for entry in pending {
                let key = Key(
                    destination: entry.destination, day: entry.day, policy: entry.policy, failure: entry.failure)
                guard state.counts[key] != nil || state.counts.count < limit else {
                    state.dropped += entry.count
                    continue
                }
                state.counts[key, default: 0] += entry.count
            }
        }
    }

    /// Sessions that were not counted for lack of room.
    package var dropped: Int { state.withLock { $0.dropped } }
}

extension TLSReportPolicy {
    /// The policy as a report states it, with nothing counted yet (RFC 8460 §4.4).
    init(_ policy: TLSAttempt.Policy, of destination: Domain) {
        switch policy {
        case .none: self.init(kind: Kind.none, domain: destination.text, successes: 0, failures: 0)
        case .sts(let policy):
            self.init(
                kind: .sts, strings: policy.lines, domain: destination.text, hosts: policy.mx, successes: 0,
                failures: 0)
        // RFC 8460 §4.4: the policy domain of TLSA records is the destination; the host says where they were found.
        case .tlsa(let records, let host):
            self.init(
                kind: .tlsa, strings: records, domain: destination.text, hosts: [host], successes: 0, failures: 0)
        }
    }
}
