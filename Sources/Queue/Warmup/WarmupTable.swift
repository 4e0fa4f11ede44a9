/// Which sources are being warmed up, by which plan for which group of providers. Immutable; a reload makes another.
package struct WarmupTable: Hashable, Sendable {
    package static let none = WarmupTable()
    /// The group of every site that is no provider's, or of a provider without a plan of its own.
    package static let other = "other"

    package struct Assignment: Hashable, Sendable {
        package var source: String
        /// By group; `other` must be there.
        package var plans: [String: WarmupPlan]
        /// Before this day nothing leaves from the source. `nil`: it has begun.
        package var start: SendingDay?

        package init(source: String, plans: [String: WarmupPlan], start: SendingDay? = nil) {
            self.source = source
            self.plans = plans
            self.start = start
        }
    }

    /// In the order of the configuration.
    package let assignments: [Assignment]
    private let places: [String: Int]

    private init() {
        assignments = []
        places = [:]
    }

    /// - Throws: `WarmupTableFailure` for a source that is assigned twice or has no plan for `other`.
    package init(_ assignments: [Assignment]) throws(WarmupTableFailure) {
        var places: [String: Int] = [:]
        for (place, assignment) in assignments.enumerated() {
            if let earlier = places.updateValue(place, forKey: assignment.source) {
                throw .assignedTwice(source: assignment.source, places: [earlier, place])
            }
            if assignment.plans[Self.other] == nil { throw .noPlanForOthers(source: assignment.source, place: place) }
        }
        self.assignments = assignments
        self.places = places
    }

    package var isEmpty: Bool { assignments.isEmpty }

    package func assignment(of source: String) -> Assignment? { places[source].map { assignments[$0] } }

    /// The group whose counter mail to a provider counts in. `nil`: the source is not being warmed up.
    func group(of source: String, _ provider: String) -> String? {
        guard let assignment = assignment(of: source) else { return nil }
        return assignment.plans[provider] != nil ? provider : Self.other
    }
}

package enum WarmupTableFailure: Error, Hashable, Sendable {
    case assignedTwice(source: String, places: [Int])
    case noPlanForOthers(source: String, place: Int)
}
