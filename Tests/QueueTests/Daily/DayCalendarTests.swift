import Mail
import Testing

@testable import Queue

@Suite struct DayCalendarTests {
    private func wall(_ text: String) throws -> WallTime { try #require(WallTime(rfc3339: text)) }

    /// The day's beginning in UTC, looked up by hand in the zone database (`zdump -v`).
    @Test(arguments: [
        // Summer time begins and ends at night: days of 23 and 25 hours.
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23.0),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25),
        ("Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z", 24),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", 23),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 25),
        // By half an hour.
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23.5),
        // Odd offsets.
        ("Asia/Kathmandu", "2026-06-01", "2026-05-31T18:15:00Z", 24),
        ("Asia/Kolkata", "2026-06-01", "2026-05-31T18:30:00Z", 24),
        ("Pacific/Chatham", "2026-06-01", "2026-05-31T11:15:00Z", 24),
        ("Pacific/Kiritimati", "2026-06-01", "2026-05-31T10:00:00Z", 24),
        ("Pacific/Marquesas", "2026-06-01", "2026-06-01T09:30:00Z", 24),
        // Leap days.
        ("Europe/Berlin", "2028-02-29", "2028-02-28T23:00:00Z", 24),
        ("UTC", "2028-02-29", "2028-02-29T00:00:00Z", 24),
        ("UTC", "2100-03-01", "2100-03-01T00:00:00Z", 24),
        // Summer time begins at midnight: the day begins at 01:00.
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", 23),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z", 23),
        // Clocks went back from 00:00 to 23:00: the day before has the hour twice and 25 of them.
        ("Asia/Beirut", "2026-10-24", "2026-10-23T21:00:00Z", 25),
        // A day that was left out begins and ends with the next one.
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 24),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24),
    ])
    func aDayBeginsAndLastsAsTheZoneSays(zone: String, day: String, start: String, hours: Double) throws {
        let calendar = try #require(DayCalendar(zone))
        let today = try #require(SendingDay(day))
        #expect(calendar.start(of: today).rfc3339 == start)
        let length = calendar.start(of: today + 1) - calendar.start(of: today)
        #expect(length == .seconds(hours * 3_600))
        let beginning = try wall(start)
        if hours > 0 { #expect(calendar.day(at: beginning) == today) }
        #expect(calendar.day(at: beginning - .milliseconds(1)) < today)
        #expect(calendar.day(at: beginning + length - .seconds(1)).number <= today.number)
    }

    /// Every instant belongs to the day whose beginning is the last one before it.
    @Test(arguments: [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "America/St_Johns",
        "Pacific/Apia", "Africa/Casablanca", "America/Havana", "Asia/Kathmandu", "Pacific/Chatham", "America/Asuncion",
    ])
    func daysFollowEachOtherWithoutGapOrOverlap(zone: String) throws {
        let calendar = try #require(DayCalendar(zone))
        var random = SplitMix64(seed: 7)
        var before = try wall("2009-01-01T00:00:00Z")
        for _ in 0..<400 {
            let at = WallTime(
                milliseconds: .random(in: 1_230_768_000_000...2_524_608_000_000 as ClosedRange<Int64>, using: &random))
            let day = calendar.day(at: at)
            #expect(calendar.start(of: day) <= at && at < calendar.start(of: day + 1))
        }
        // Eight years, hour by hour: the day never goes back.
        var day = calendar.day(at: before)
        for _ in 0..<(8 * 366 * 4) {
            before = before + .seconds(6 * 3_600)
            let next = calendar.day(at: before)
            #expect(next.number - day.number <= (zone == "Pacific/Apia" ? 2 : 1) && next >= day)
            day = next
        }
    }

    @Test func onlyNamesOfTheDatabaseAreZones() {
        for name in ["", "Berlin", "CET", "GMT+2", "Mars/Phobos", "../../etc/passwd", "Europe/Berlin ", "Europe"] {
            #expect(DayCalendar(name) == nil, "\(name)")
        }
        #expect(DayCalendar("UTC") == .utc)
        #expect(DayCalendar("Etc/UTC") != nil && DayCalendar("America/Argentina/Ushuaia") != nil)
    }

    @Test func timesBeyondAllMailAreTakenForTheNearestOfThese() {
        #expect(DayCalendar.utc.day(at: WallTime(milliseconds: .min)) == SendingDay(number: 0))
        #expect(DayCalendar.utc.day(at: WallTime(milliseconds: .max)).description == "9999-12-31")
        _ = DayCalendar.utc.start(of: SendingDay(number: .max))
        _ = DayCalendar.utc.start(of: SendingDay(number: .min))
    }

    @Test func aDayIsWrittenAsItIsRead() throws {
        #expect(try #require(SendingDay("2028-02-29")).description == "2028-02-29")
        for text in ["2027-02-29", "2026-13-01", "2026-1-1", "", "tomorrow", "1969-12-31", "2026-01-01T00:00:00Z"] {
            #expect(SendingDay(text) == nil, "\(text)")
        }
    }
}
