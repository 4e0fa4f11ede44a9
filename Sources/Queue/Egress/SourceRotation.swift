/// Whose turn it is among the sources of a pool at one site: exact shares, counted in deliveries.
///
/// Smooth weighted round robin, as nginx has it for servers: every delivery is worth the sum of all weights; each member
/// earns its weight of it, and who sends pays the whole. So the sum of what all have is always 0, the one with the most
/// is next, and nobody is ever further from its share than by the largest batch. A member that cannot send (a limit, a
/// suspension) goes on earning only up to one round's worth, so that it comes back to its share, not to everything that
/// it has missed.
///
/// The first turn falls on a random point of the round. Otherwise, of a hundred thousand sites with one delivery each,
/// all would go from the first source: shares must be right over many small sites, too.
struct SourceRotation: Hashable, Sendable {
    private struct Member: Hashable, Sendable {
        var weight: Int64
        var credit: Int64 = 0
        var isSkipped = false
    }

    private var members: [Member]
    private let total: Int64

    /// - Parameters:
    ///   - weights: more than 0; above a million they count as a million.
    ///   - start: where in the round to begin.
    init(weights: [Int], start: UInt64) {
        members = weights.map { Member(weight: Int64(min(max(1, $0), 1_000_000))) }
        total = members.reduce(0) { $0 + $1.weight }
        guard members.count > 1 else { return }
        // As if so many deliveries had gone before.
        let round = total / members.reduce(0) { Self.greatestCommonDivisor($0, $1.weight) }
        for _ in 0..<(start % UInt64(min(round, Self.longestStart))) {
            if let sender = next() { pass(1, by: sender) }
        }
    }

    /// In a longer round one of its first thousand points is random enough.
    private static var longestStart: Int64 { 1_024 }

    private static func greatestCommonDivisor(_ one: Int64, _ other: Int64) -> Int64 {
        var (one, other) = (one, other)
        while other != 0 { (one, other) = (other, one % other) }
        return one
    }

    /// A choice begins: nobody is skipped.
    mutating func begin() {
        for place in members.indices { members[place].isSkipped = false }
    }

    /// The place of the member whose turn it is; `nil`: all are skipped.
    ///
    /// - Parameters:
    ///   - favourite: goes on unless it is too far ahead: the lane has a connection open from it, which would have to
    ///     make room for one from another source.
    ///   - lead: deliveries that a favourite may be ahead of its share.
    func next(preferring favourite: Int? = nil, lead: Int = 0) -> Int? {
        if let favourite, lead > 0, favourite < members.count, !members[favourite].isSkipped,
            members[favourite].credit > -Int64(min(lead, 1_000_000)) * total
        {
            return favourite
        }
        var best: Int?
        var most = Int64.min
        for place in members.indices where !members[place].isSkipped {
            let credit = members[place].credit + members[place].weight
            if credit > most { (best, most) = (place, credit) }
        }
        return best
    }

    /// The member cannot send now.
    mutating func skip(_ place: Int) { members[place].isSkipped = true }

    /// Deliveries go from the member.
    mutating func pass(_ count: Int, by sender: Int) {
        guard members.count > 1, count > 0 else { return }
        let count = Int64(min(count, 1_000_000))
        var earned: Int64 = 0
        for place in members.indices {
            let member = members[place]
            var part = count * member.weight
            if member.isSkipped { part = max(0, min(part, member.weight * total - member.credit)) }
            members[place].credit += part
            earned += part
        }
        members[sender].credit -= earned
    }
}
