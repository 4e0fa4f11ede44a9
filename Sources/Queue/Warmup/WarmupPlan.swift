import Glibc

/// How much a cold address may send on each day of sending: a ladder of stages. Data; made by the configuration.
///
/// A stage is left when enough of its cap was *delivered* on one day; a day without mail leaves everything as it is.
/// After the last stage the plan is finished and nothing is limited any more.
///
/// **The cap counts attempts that a host has heard of**, whatever it answered: otherwise one that defers everything
/// would be asked without end, which is what a cold address must not do. **Promotion counts what was delivered**, of the
/// cap less what was put off by greylisting. Greylisting is done to every stranger, says nothing of the address, and what
/// comes back finds the day's cap used up, so it leaves from elsewhere: without this a warm-up at hosts of which a third
/// greylist would stand at its first stage for ever. But at most half of the cap is forgiven: a day of which less was
/// truly judged proves nothing. A rate limit, a block, a full mailbox or an unknown user is a judgement, and counts.
package struct WarmupPlan: Hashable, Sendable {
    /// What becomes of a warm-up that has sent nothing for `idleDays` in a row.
    ///
    /// SparkPost, where the rule comes from, lifts the limit of an address that was not promoted for ten days. A plan
    /// that runs by itself must not: a source without mail for that long is on its way to be cold again, and the first
    /// campaign would leave in full. So here the warm-up falls back to its first stage, unless the operator prefers
    /// SparkPost's way.
    package enum Idleness: String, Hashable, Sendable, CaseIterable {
        /// Off: it begins again with its first stage when there is mail.
        case restart
        /// Off: finished, nothing is limited any more. Only from the second stage on, as at SparkPost.
        case finish
        /// Nothing becomes of it.
        case keep
    }

    package var name: String
    /// The cap of each stage, at least one; positive, and never less than the one before.
    package let caps: [Int]
    /// In thousandths of the cap: so much must be delivered on a day for the next stage.
    package var promotion = 900
    /// In thousandths of what was tried: when less was delivered, the next day has the stage before. `nil`: never.
    package var demotion: Int?
    /// `nil`: a warm-up may rest as long as it likes.
    package var idleDays: Int? = 10
    package var idleness = Idleness.restart

    /// - Throws: `WarmupPlanFailure` for caps that are no ladder.
    package init(_ name: String, caps: [Int]) throws(WarmupPlanFailure) {
        guard !caps.isEmpty else { throw .empty }
        for (place, cap) in caps.enumerated() {
            guard cap > 0, cap <= Self.largestCap else { throw .badCap(stage: place + 1) }
            if place > 0, cap < caps[place - 1] { throw .falling(stage: place + 1) }
        }
        self.name = name
        self.caps = caps
    }

    /// More than the whole world's mail of a day.
    package static let largestCap = 1_000_000_000_000

    /// The ladder that SparkPost publishes: 29 stages, then done.
    package static let ladder = [
        200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000,
        325_000, 400_000, 500_000, 600_000, 750_000, 1_000_000, 1_250_000, 1_750_000, 2_000_000, 3_000_000, 4_250_000,
        5_000_000, 6_000_000, 7_500_000, 10_000_000,
    ]

    /// The stages of a curve that grows by the same factor every day, to two digits.
    /// - Parameters:
    ///   - target: the cap of the last day; at least 1.
    ///   - days: at least 1.
    ///   - first: the cap of the first day; the target where that is less.
    package static func curve(to target: Int, days: Int, from first: Int = 200) -> [Int] {
        let first = min(max(first, 1), target)
        guard days > 1, first < target else { return [Int](repeating: target, count: max(days, 1)) }
        var caps: [Int] = []
        for day in 0..<days {
            let exact = Double(first) * pow(Double(target) / Double(first), Double(day) / Double(days - 1))
            caps.append(day == 0 ? first : day == days - 1 ? target : max(caps[day - 1], min(rounded(exact), target)))
        }
        return caps
    }

    private static func rounded(_ value: Double) -> Int {
        let unit = max(1, pow(10, floor(log10(value)) - 1))
        return Int((value / unit).rounded() * unit)
    }

    /// Whether a day on which so much was delivered under this cap earns the next stage.
    func promotes(delivered: Int, cap: Int, greylisted: Int = 0) -> Bool {
        delivered > 0
            && delivered.saturatingProduct(1_000) >= judged(cap, greylisted).saturatingProduct(promotion)
    }

    /// What of a cap counts: what was put off by greylisting does not, up to half of it.
    private func judged(_ cap: Int, _ greylisted: Int) -> Int { max(cap - greylisted, (cap + 1) / 2) }

    func demotes(delivered: Int, failed: Int) -> Bool {
        guard let demotion, delivered + failed > 0 else { return false }
        return delivered.saturatingProduct(1_000) < (delivered + failed).saturatingProduct(demotion)
    }

    /// What must be delivered on a day of this stage.
    func needed(_ cap: Int, greylisted: Int = 0) -> Int {
        max(1, (judged(cap, greylisted).saturatingProduct(promotion) + 999) / 1_000)
    }

    /// The stage of this plan that is worth what a stage of another plan was: the last that allows no more. From 0.
    func stage(worth cap: Int) -> Int { (caps.lastIndex { $0 <= cap }) ?? 0 }

    /// Two plans of one shape have the same stages: what a reload may change without moving anybody.
    var shape: UInt64 {
        caps.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64(bitPattern: Int64($1))) &* 0x0000_0100_0000_01B3 }
    }
}

package enum WarmupPlanFailure: Error, Hashable, Sendable {
    case empty
    /// Zero, negative or beyond any use. Stages from 1.
    case badCap(stage: Int)
    /// Less than the stage before.
    case falling(stage: Int)
}

extension Int {
    fileprivate func saturatingProduct(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max - 1_000 : product
    }
}
