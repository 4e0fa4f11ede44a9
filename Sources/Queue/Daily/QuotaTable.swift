package import Mail

/// What tenants and campaigns may send on one sending day. Immutable; a reload makes another.
///
/// A window is a whole day: a quota that is used up is whole again when the next day begins, at the same moment for
/// everybody. The rule for one tenant comes before the rule for all of them.
package struct QuotaTable: Hashable, Sendable {
    package static let none = QuotaTable()

    package struct Rule: Hashable, Sendable {
        /// `nil` in a case: each of them for itself.
        package enum Match: Hashable, Sendable {
            case tenant(UUIDv7?)
            case campaign(UUIDv7?)
        }

        /// As `explain` shows it.
        package var name: String
        package var match: Match
        package var cap: Int

        package init(_ name: String, _ match: Match, cap: Int) {
            self.name = name
            self.match = match
            self.cap = cap
        }
    }

    package let rules: [Rule]
    private let places: [Rule.Match: Int]

    private init() {
        rules = []
        places = [:]
    }

    /// - Throws: `QuotaTableFailure` for a cap below 1 or two rules for the same match.
    package init(_ rules: [Rule]) throws(QuotaTableFailure) {
        var places: [Rule.Match: Int] = [:]
        for (place, rule) in rules.enumerated() {
            if rule.cap < 1 { throw .notPositive(rule: place) }
            if let earlier = places.updateValue(place, forKey: rule.match) {
                throw .contradiction(rule: place, earlier: earlier)
            }
        }
        self.rules = rules
        self.places = places
    }

    package var isEmpty: Bool { rules.isEmpty }

    func rule(for key: DailyKey) -> Rule? {
        let place: Int? =
            switch key {
            case .warmup: nil
            case .tenantQuota(let tenant): places[.tenant(tenant)] ?? places[.tenant(nil)]
            case .campaignQuota(let campaign): places[.campaign(campaign)] ?? places[.campaign(nil)]
            }
        return place.map { rules[$0] }
    }
}

package enum QuotaTableFailure: Error, Hashable, Sendable {
    /// The place of the rule in the list.
    case notPositive(rule: Int)
    case contradiction(rule: Int, earlier: Int)
}

/// One tenant's or campaign's day.
struct QuotaState: Hashable, Sendable {
    let key: DailyKey
    /// `nil`: nothing limits it any more.
    var rule: QuotaTable.Rule?
    var count: DayCount
    /// There is a record of it on disk, which must go when its day has passed.
    var isStored = false
}
