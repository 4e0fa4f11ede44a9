package import Mail

/// Mail that somebody hands in during a simulation.
package struct TrafficScript: Sendable {
    package var name: String
    package var tenant: UUIDv7
    package var stream: MailStream
    package var campaign: UUIDv7?
    /// Messages in a day, spread by `hours`.
    package var perDay: Double
    /// What each day multiplies the volume by.
    package var growth = 1.0
    /// The most that growth comes to in a day; `nil`: no bound.
    package var ceiling: Double?
    /// The weight of each hour of the day; 24 of them.
    package var hours = [Double](repeating: 1, count: 24)
    /// The weight of each day of the week, Monday first; 7 of them, 0 for none.
    package var weekdays = [Double](repeating: 1, count: 7)
    /// Days of the simulation on which there is any, from 0.
    package var days = 0..<Int.max
    package var bursts: [Burst] = []
    package var recipientsPerMessage = 1
    /// Share of the messages that are handed in ahead of their time, and by how much at most.
    package var scheduled = 0.0
    package var scheduledAhead = Duration.seconds(3_600)
    /// By the place of the site; empty: each site's own share.
    package var shares: [Double] = []
    /// `nil`: as the queue's options say.
    package var lifetime: Duration?
    /// Bytes of a message.
    package var size = 20_000

    package init(name: String, tenant: UUIDv7, stream: MailStream, perDay: Double) {
        self.name = name
        self.tenant = tenant
        self.stream = stream
        self.perDay = perDay
    }

    /// Many messages at once, as fast as the API takes them.
    package struct Burst: Hashable, Sendable {
        /// Days of the simulation, from 0; `nil`: every day that is one of `TrafficScript.days`.
        package var day: Int?
        /// Since the beginning of the day.
        package var time: Duration
        package var count: Int
        /// Messages handed in within a second.
        package var rate: Int

        package init(day: Int?, time: Duration, count: Int, rate: Int = 2_000) {
            self.day = day
            self.time = time
            self.count = count
            self.rate = rate
        }
    }
}
