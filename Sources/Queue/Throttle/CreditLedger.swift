package import Mail

/// Where the credit of limits lives that reach beyond one shard: of tenants, campaigns and sources, whose mail goes to
/// sites on all shards.
///
/// `SharedMeters` is the one for a single process: exact, at the price of an uncontended lock for each batch of a tenant
/// that is limited. Nodes of a cluster cannot ask each other for every batch; they *lease*: a ledger of theirs borrows
/// credit in batches over the network, and spends it from a `LeasedCredit` here.
package protocol CreditLedger: Sendable {
    /// The number of a counter, from now on. `nil`: nothing limits it.
    func number(of key: MeterKey) -> UInt32?
    /// The number is not used any more. The counter itself stays until its credit is whole again.
    func release(_ number: UInt32)
    /// Takes a batch of deliveries and a place among those under way from all of the counters, or says why not; nothing
    /// is taken then.
    /// - Returns: how many deliveries may go, 1 ... `count`.
    func begin(
        _ count: Int, of numbers: MeterNumbers, at now: MonotonicInstant
    ) -> Result<Int, ThrottleRefusalError>
    /// The batch is no longer under way.
    func end(of numbers: MeterNumbers)
    /// Takes one new connection from all of the counters, or says why not.
    func connect(_ numbers: MeterNumbers, at now: MonotonicInstant) -> ThrottleRefusal?
    /// Why a delivery would not be let go now, without taking anything.
    func refusal(of numbers: MeterNumbers, at now: MonotonicInstant) -> ThrottleRefusal?
    /// Borrows up to `count` deliveries' worth, all of it or what there is, to be spent before `term` has passed.
    /// `nil`: there is none at present, or nothing limits the key.
    func lease(_ count: Int, of key: MeterKey, for term: Duration, at now: MonotonicInstant) -> CreditLease?
}

/// A refusal where an error is wanted.
package struct ThrottleRefusalError: Error, Hashable, Sendable {
    package var refusal: ThrottleRefusal
}

/// Credit that one holder may spend without asking again.
package struct CreditLease: Hashable, Sendable {
    package var count: Int
    /// What has not been spent by then is void.
    package var expires: MonotonicInstant
}

/// Leases of one counter at their holder.
///
/// Credit that is spent later than it was earned makes the window longer in which it can pile up: with leases of length
/// `term`, any window of length `w` sees at most `burst + (w + term) / interval`. Short leases keep close to the limit,
/// and let a scarce one (two connections for all nodes) go round.
package struct LeasedCredit: Hashable, Sendable {
    private var leases: [CreditLease] = []

    package init() {}

    package mutating func add(_ lease: CreditLease) { leases.append(lease) }

    /// Spends up to `count`, what expires first going first.
    package mutating func take(_ count: Int, at now: MonotonicInstant) -> Int {
        leases.removeAll { $0.expires <= now || $0.count <= 0 }
        leases.sort { $0.expires < $1.expires }
        var taken = 0
        for place in leases.indices where taken < count {
            let part = min(leases[place].count, count - taken)
            leases[place].count -= part
            taken += part
        }
        return taken
    }

    /// What can still be spent.
    package func available(at now: MonotonicInstant) -> Int {
        leases.reduce(0) { $1.expires > now ? $0 + $1.count : $0 }
    }
}
