import Mail

/// One traffic script while it runs. The messages of an hour are spread over it evenly, each at random within its part:
/// volumes come out exact, and no logarithm makes a seed depend on the machine's library.
struct TrafficFlow {
    let script: TrafficScript
    /// Sums of the shares of the sites up to each.
    private let cumulative: [Double]
    private var random: SplitMix64
    private var hour = -1
    private var count = 0
    private var made = 0

    private static let hourLength: Int64 = 3_600_000_000_000

    init(_ script: TrafficScript, sites: [SiteScript], seed: UInt64) {
        self.script = script
        random = SplitMix64(seed: seed)
        var sum = 0.0
        cumulative = sites.indices.map { place in
            sum += max(0, script.shares.isEmpty ? sites[place].share : script.shares[place])
            return sum
        }
    }

    /// When the next message comes, in nanoseconds since the beginning. `nil`: none before the end.
    /// - Parameters:
    ///   - firstHour: the hour of the day at which the simulation begins, 0...23.
    ///   - weekday: the day of the week on which it begins, 0 for Monday.
    mutating func nextArrival(until end: Int64, firstHour: Int, weekday: Int) -> Int64? {
        guard script.perDay > 0 else { return nil }
        while made >= count {
            hour += 1
            guard Int64(hour) * Self.hourLength < end else { return nil }
            made = 0
            count = expected(hour, firstHour, weekday)
        }
        let part = (Double(made) + random.share()) / Double(count)
        made += 1
        return Int64(hour) * Self.hourLength + Int64(part * Double(Self.hourLength - 1))
    }

    private mutating func expected(_ hour: Int, _ firstHour: Int, _ weekday: Int) -> Int {
        let day = hour / 24
        guard script.days.contains(day) else { return 0 }
        var volume = script.perDay
        for _ in 0..<min(day - max(0, script.days.lowerBound), 1_000) where script.growth != 1 {
            volume *= script.growth
        }
        if let ceiling = script.ceiling { volume = min(volume, ceiling) }
        volume *= script.weekdays[((firstHour + hour) / 24 + weekday) % 7]
        let sum = script.hours.reduce(0, +)
        guard sum > 0 else { return 0 }
        // A part of a message is one by chance.
        return Int(volume * script.hours[(firstHour + hour) % 24] / sum + random.share())
    }

    /// A site and one of its domains.
    mutating func target(among sites: [SiteScript]) -> (site: Int, domain: Int) {
        let wanted = random.share() * (cumulative.last ?? 0)
        let site = cumulative.firstIndex { wanted < $0 } ?? 0
        let domains = sites[site].domains.count
        return (site, domains == 1 ? 0 : Int(random.next() % UInt64(domains)))
    }

    /// `nil`: at once.
    mutating func delay() -> Duration? {
        guard script.scheduled > 0, random.share() < script.scheduled else { return nil }
        return .milliseconds(Int64(random.share() * Double(max(1, script.scheduledAhead.wholeMilliseconds))))
    }

    mutating func number() -> UInt64 { random.next() }
}
