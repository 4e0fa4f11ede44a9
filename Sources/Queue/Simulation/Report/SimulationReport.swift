/// What came of a simulation, day by day.
package struct SimulationReport: Sendable, Encodable {
    package struct Figures: Hashable, Sendable, Encodable {
        package var delivered = 0
        package var deferred = 0
        package var bounced = 0

        package static func += (sum: inout Self, other: Self) {
            sum.delivered += other.delivered
            sum.deferred += other.deferred
            sum.bounced += other.bounced
        }

        package var attempts: Int { delivered + deferred + bounced }
    }

    /// How far a warm-up has come at the end of a day.
    package struct Stage: Hashable, Sendable, Encodable {
        package var source: String
        package var group: String
        /// From 1.
        package var stage: Int
        /// `nil`: nothing is limited any more.
        package var cap: Int?
        package var sent: Int
        package var isFinished: Bool
    }

    package struct Firing: Hashable, Sendable, Encodable {
        package var rule: String
        package var count: Int
    }

    package struct Day: Hashable, Sendable, Encodable {
        /// `YYYY-MM-DD`.
        package var date = ""
        /// Deliveries that were handed in.
        package var accepted = 0
        package var expired = 0
        package var cancelled = 0
        package var unroutable = 0
        /// Attempts, by source and site.
        package var figures: [[Figures]]
        /// Deliveries in the queue when the day ends.
        package var queued = 0
        /// Seconds that the oldest of them has waited; 0 for none.
        package var oldest = 0
        package var stages: [Stage] = []
        package var rules: [Firing] = []

        package var total: Figures {
            var sum = Figures()
            for row in figures { for cell in row { sum += cell } }
            return sum
        }
    }

    package var sources: [String]
    package var sites: [String]
    package var days: [Day]

    package var total: Figures { days.reduce(into: Figures()) { $0 += $1.total } }

    /// Over all days, by the place of the source and of the site.
    package func total(source: Int, site: Int) -> Figures {
        days.reduce(into: Figures()) { $0 += $1.figures[source][site] }
    }
}
