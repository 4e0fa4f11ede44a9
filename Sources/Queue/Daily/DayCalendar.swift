import Foundation
package import Mail

/// The days of one time zone: when each of them begins. All that this room asks of Foundation.
///
/// A day begins at the first instant whose local date is that day or a later one: midnight as a rule, 01:00 where
/// summer time begins at midnight, and together with the next day where a zone left a day out (Apia, 2011-12-30). It
/// ends where the next one begins, so clocks that go back over midnight do not bring yesterday back.
package struct DayCalendar: Hashable, Sendable {
    package static let utc = DayCalendar(zone: .gmt, name: "UTC")

    /// The name of the time zone in the IANA database.
    package let name: String
    private let zone: TimeZone

    private init(zone: TimeZone, name: String) {
        self.zone = zone
        self.name = name
    }

    /// - Parameter name: as in the IANA database, such as `Europe/Berlin`. `nil`: it knows no such zone.
    package init?(_ name: String) {
        if name == "UTC" {
            self = .utc
            return
        }
        // Foundation also takes abbreviations and offsets, which have no rules for summer time: only names of places.
        guard name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        self.init(zone: zone, name: name)
    }

    package static func == (a: Self, b: Self) -> Bool { a.name == b.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// Wall times beyond these are no times of mail: they are taken for the nearest of these.
    private static let range: ClosedRange<Int64> = 0...253_402_300_799

    package func day(at wall: WallTime) -> SendingDay {
        let second = Self.second(of: wall)
        let date = SendingDay(number: Int((second + offset(at: second)) / 86_400))
        // The local date, but for the hour that clocks went back over midnight.
        let next = date + 1
        return start(of: next) <= WallTime(milliseconds: second * 1_000) ? next : date
    }

    package func start(of day: SendingDay) -> WallTime {
        let local = Int64(min(max(day.number, 0), 2_932_896)) * 86_400
        // Offsets lie within -12 ... +14 h, so midnight does within this; what changed the offset there may have put it
        // off. One sample an hour finds any change: none is undone within the hour.
        var from = local - 15 * 3_600
        let end = local + 39 * 3_600
        var offset = offset(at: from)
        while from < end {
            var until = from + 3_600
            let next = self.offset(at: until)
            if next != offset { until = change(after: from, before: until, from: offset) }
            let midnight = max(from, local - offset)
            if midnight < until { return WallTime(milliseconds: midnight * 1_000) }
            from = until
            offset = self.offset(at: until)
        }
        return WallTime(milliseconds: local * 1_000)
    }

    /// The first second at which the offset is not the given one any more.
    private func change(after low: Int64, before high: Int64, from offset: Int64) -> Int64 {
        var (low, high) = (low, high)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.offset(at: middle) == offset { low = middle } else { high = middle }
        }
        return high
    }

    /// Seconds to add to UTC.
    private func offset(at second: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }

    private static func second(of wall: WallTime) -> Int64 {
        min(max(wall.milliseconds / 1_000, range.lowerBound), range.upperBound)
    }
}
