import Mail

/// A civil day: what caps and quotas are counted by. Which instants belong to it is `DayCalendar`'s to say.
package struct SendingDay: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    package var number: Int

    package init(number: Int) { self.number = number }

    /// - Parameter text: as `2026-12-01`. Anything else is `nil`.
    package init?(_ text: String) {
        guard text.utf8.count == 10, let midnight = WallTime(rfc3339: text) else { return nil }
        number = Int(midnight.milliseconds / 86_400_000)
        // Days before 1970 are divided towards zero; nobody warms up an address then.
        guard midnight.milliseconds >= 0 else { return nil }
    }

    package var description: String {
        let (milliseconds, overflow) = Int64(number).multipliedReportingOverflow(by: 86_400_000)
        return String(WallTime(milliseconds: overflow ? 0 : milliseconds).rfc3339.prefix(10))
    }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
    package static func + (day: Self, count: Int) -> Self { Self(number: day.number &+ count) }
}
