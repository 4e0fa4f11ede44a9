package import Mail

/// When what was put off is tried again: a policy for each class of reason and each stream, and how far a host's own
/// word counts. Pure.
///
/// With the defaults a greylisting host is asked again after 2, 5, 9 and 16 min and then ever more rarely, a full
/// mailbox after 1, 3 and 7 h and then every 8 h, and the rest as `RetryPolicy` says.
package struct RetryPlan: Hashable, Sendable {
    /// For what no class or stream has of its own.
    package var policy = RetryPolicy()
    package var classes: [RetryClass: RetryPolicy] = [
        .greylisting: RetryPolicy(first: .seconds(120), factor: 1.5, cap: .seconds(3_600)),
        .throttling: RetryPolicy(first: .seconds(300), factor: 1.5, cap: .seconds(2 * 3_600)),
        .mailboxFull: RetryPolicy(first: .seconds(3_600), factor: 2, cap: .seconds(8 * 3_600)),
        .policy: RetryPolicy(first: .seconds(900), factor: 2, cap: .seconds(6 * 3_600)),
    ]
    /// A stream's own policies go before those of all streams.
    package var streams: [MailStream: [RetryClass: RetryPolicy]] = [:]
    package var hints = Hints()

    /// How far a host's word counts. A longer wait than ours is kept to, up to `maximum`; a shorter one, down to
    /// `minimum`, only for the first `tries` failures: a host that always says "in 5 seconds" is not asked all day.
    package struct Hints: Hashable, Sendable {
        package var isHonoured = true
        package var minimum = Duration.seconds(60)
        package var maximum = Duration.seconds(4 * 3_600)
        package var tries = 4

        package init() {}
    }

    package init() {}

    package func policy(for kind: RetryClass, in stream: MailStream) -> RetryPolicy {
        streams[stream]?[kind] ?? classes[kind] ?? policy
    }

    /// No wait is longer.
    package var longestWait: Duration {
        let own = streams.values.flatMap(\.values) + Array(classes.values) + [policy]
        let longest = own.map(\.cap).max() ?? policy.cap
        guard hints.isHonoured else { return longest }
        let jitter = own.map { min(1, max(0, $0.jitter)) }.max() ?? 0
        return max(longest, max(hints.minimum, hints.maximum) * (1 + jitter))
    }

    /// The wait after the given number of failures, counted from 1.
    ///
    /// - Parameter hint: what the host said, unbounded.
    package func delay(
        after failures: Int, _ kind: RetryClass, in stream: MailStream, hint: Duration? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let policy = policy(for: kind, in: stream)
        let own = policy.delay(after: failures, using: &generator)
        guard hints.isHonoured, let hint else { return own }
        let floor = max(hints.minimum, min(hint, max(hints.minimum, hints.maximum)))
        if failures > max(0, hints.tries), own >= floor { return own }
        // Never before the host's time, and not all at once after it.
        let milliseconds = max(0, floor.wholeMilliseconds)
        let random = Double(generator.next() >> 11) / Double(1 << 53)
        let spread = Double(milliseconds) * min(1, max(0, policy.jitter)) * random
        return .milliseconds(milliseconds + Int64(spread))
    }
}
