/// The state of one rate: the theoretical arrival time of the generic cell rate algorithm, in nanoseconds on a
/// `ThrottleClock`. A fresh one is full. It holds no limit of its own, so that a reload can change the rate and keep
/// what has been spent.
///
/// Nothing can be given back: credit that is returned after some time may already have been earned anew, and would then
/// count twice. Who spends must know that it will be used.
struct CreditBucket: Hashable, Sendable {
    private(set) var theoretical: Int64 = 0

    /// How many may pass at this moment.
    func available(_ rate: RateLimit, at now: Int64) -> Int {
        let room = rate.tolerance - (max(theoretical, now) - now)
        return room <= 0 ? 0 : Int(room / rate.interval)
    }

    /// When so many may pass if nothing else does before. `nil`: they are more than the burst, so never at once.
    func earliest(for count: Int, _ rate: RateLimit, from now: Int64) -> Int64? {
        guard count <= rate.burst else { return nil }
        return max(now, theoretical + Int64(count) * rate.interval - rate.tolerance)
    }

    /// They pass. The caller has asked `available` before.
    mutating func spend(_ count: Int, _ rate: RateLimit, at now: Int64) {
        precondition(count >= 0 && count <= available(rate, at: now), "spending credit that is not there")
        theoretical = max(theoretical, now) + Int64(count) * rate.interval
    }

    /// The rate has changed: nothing that a stricter one would not owe is owed any more, so that a reload never stalls
    /// a site for longer than its new burst takes to earn.
    mutating func adapt(to rate: RateLimit, at now: Int64) {
        theoretical = min(theoretical, now + rate.tolerance)
    }

    func isFull(at now: Int64) -> Bool { theoretical <= now }
}
