package import Mail

/// The rules in force, with an index: a reply is looked at once, however many rules there are, and no expression runs
/// over it. Immutable; a reload makes another.
package final class ShapingRules: Sendable {
    package static let none = ShapingRules()

    package let rules: [ShapingRule]
    /// The provider of a host, for sites that are no provider's as a whole, and to tell a provider's hosts from others.
    private let lookUp: (@Sendable (String) -> String?)?
    private let phrases: PhraseIndex
    /// The rules without phrases by reply code, from 400 to 599.
    private let byCode: [[Int32]]

    private init() {
        rules = []
        lookUp = nil
        phrases = PhraseIndex([])
        byCode = []
    }

    /// - Parameter provider: names the provider of a host (lower case, without a dot at its end).
    /// - Throws: `ShapingRulesFailure` for a rule that cannot work, or two that overlap.
    package init(
        _ rules: [ShapingRule], providerOf provider: (@Sendable (String) -> String?)? = nil
    ) throws(ShapingRulesFailure) {
        try ShapingRule.check(rules)
        self.rules = rules
        lookUp = provider
        var all: [(rule: Int, pieces: [[UInt8]])] = []
        var table = [[Int32]](repeating: [], count: 200)
        for (number, rule) in rules.enumerated() {
            for phrase in rule.pattern.phrases { all.append((number, phrase.pieces)) }
            guard rule.pattern.phrases.isEmpty else { continue }
            for code in 400..<600
            where rule.pattern.codes.isEmpty || rule.pattern.codes.contains(where: { $0.holds(UInt16(code)) }) {
                table[code - 400].append(Int32(number))
            }
        }
        phrases = PhraseIndex(all)
        byCode = table
    }

    package var isEmpty: Bool { rules.isEmpty }

    /// The rules that count for a reply, by their places, most specific first. Replies other than 4yz and 5yz
    /// match nothing, nor does what a host says at a provider's site that is none of the provider's.
    package func matching(_ reply: Reply, site: String, host: String) -> [Int] {
        let code = Int(reply.code)
        guard !rules.isEmpty, (400..<600).contains(code) else { return [] }
        let words = ReplyWords.normalized(reply.text.utf8Span.span)
        let status = reply.enhanced ?? ReplyWords.status(in: words.span)
        var origin: ShapingOrigin?
        var hits: [Int] = []
        // A rule is judged once, however often its words stand in the reply.
        var judged: [UInt64] = []
        func judge(_ number: Int) {
            let rule = rules[number]
            guard rule.pattern.holds(code: reply.code, status) else { return }
            let from = origin ?? ShapingOrigin(site: site, host: host, lookUp: lookUp)
            origin = from
            if !from.isForeign, rule.place.holds(from) { hits.append(number) }
        }
        for number in byCode[code - 400] { judge(Int(number)) }
        phrases.each(in: words.span) { number in
            judged.isEmpty || judged[number >> 6] & 1 << UInt64(number & 63) == 0
        } _: { number in
            if judged.isEmpty { judged = [UInt64](repeating: 0, count: rules.count >> 6 + 1) }
            judged[number >> 6] |= 1 << UInt64(number & 63)
            judge(number)
        }
        return hits.isEmpty ? [] : deciding(hits)
    }

    /// Of the rules that match, those that count: level by level, until one at a level does not go on.
    private func deciding(_ hits: [Int]) -> [Int] {
        if hits.count == 1 { return hits }
        let sorted = hits.sorted { (rules[$1].place.rank, $0) < (rules[$0].place.rank, $1) }
        var end = 0
        while end < sorted.count {
            let rank = rules[sorted[end]].place.rank
            var goesOn = true
            while end < sorted.count, rules[sorted[end]].place.rank == rank {
                goesOn = goesOn && rules[sorted[end]].continues
                end += 1
            }
            if !goesOn { break }
        }
        return Array(sorted[..<end])
    }
}
