import Mail

/// The outcomes of one attempt as they come in: which recipients have one, and what it is.
struct Ledger {
    private(set) var resolutions: [Resolution]
    private var outcomes: [Outcome?]
    private let start: MonotonicInstant

    init(count: Int, start: MonotonicInstant) {
        resolutions = Array(repeating: .open, count: count)
        outcomes = Array(repeating: nil, count: count)
        self.start = start
    }

    var isSettled: Bool { resolutions.allSatisfy(\.isSettled) }

    /// Takes over what a transaction brought, with the facts of the host it was with.
    mutating func record(
        _ resolutions: [Resolution], host: RemoteHost?, tls: TLSFacts?, offersDSN: Bool? = nil, at now: MonotonicInstant
    ) {
        self.resolutions = resolutions
        for index in resolutions.indices where outcomes[index] == nil {
            guard case .settled(let verdict, let reply) = resolutions[index] else { continue }
            var outcome = Outcome(verdict, reply: reply, host: host, tls: tls, elapsed: now - start)
            outcome.offersDSN = offersDSN
            outcomes[index] = outcome
        }
    }

    /// Settles the recipients that nothing was decided for.
    mutating func conclude(
        _ verdict: Verdict, reply: Reply? = nil, host: RemoteHost? = nil, tls: TLSFacts? = nil, at now: MonotonicInstant
    ) -> [Outcome] {
        let rest = Outcome(verdict, reply: reply, host: host, tls: tls, elapsed: now - start)
        return outcomes.map { $0 ?? rest }
    }

    /// - Traps: unless `isSettled`.
    func finished() -> [Outcome] {
        outcomes.map { outcome in
            guard let outcome else { preconditionFailure("a recipient without an outcome") }
            return outcome
        }
    }
}
