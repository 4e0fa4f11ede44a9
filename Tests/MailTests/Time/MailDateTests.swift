import Foundation
import Mail
import Testing

@Suite struct MailDateTests {
    @Test(
        arguments: [
            (1_705_314_600_000, "Mon, 15 Jan 2024 10:30:00 +0000"),
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (4_102_444_799_999, "Thu, 31 Dec 2099 23:59:59 +0000"),
        ] as [(Int64, String)])
    func prints(milliseconds: Int64, text: String) {
        #expect(WallTime(milliseconds: milliseconds).mailDate == text)
        #expect(WallTime(mailDate: text)?.milliseconds == milliseconds.flooredToSecond)
    }

    @Test(arguments: [
        "Mon, 15 Jan 2024 10:30:00 +0000", "15 Jan 2024 10:30 +0000", "Mon, 15 Jan 24 10:30:00 GMT",
        "Mon,15 Jan 124 10:30:00 UT", "Mon, 15 Jan 2024 05:30:00 EST", "Mon, 15 Jan 2024 06:30:00 EDT",
        "Mon, 15 Jan 2024 04:30:00 CST", "Mon, 15 Jan 2024 03:30:00 MST", "Mon, 15 Jan 2024 02:30:00 PST",
        "Mon, 15 Jan 2024 03:30:00 PDT", "Mon, 15 Jan 2024 10:30:00 Z", "Mon, 15 Jan 2024 16:00:00 +0530",
        "Mon (day), 15\r\n Jan (month (of the) year) 2024 10 : 30 : 00 +0000 (UTC)", "15-Jan-2024 10:30:00",
    ])
    func readsObsoleteForms(text: String) {
        #expect(WallTime(mailDate: text)?.milliseconds == 1_705_314_600_000)
    }

    @Test(arguments: [
        "", "Mon", "32 Jan 2024 10:30:00 +0000", "30 Feb 2024 10:30:00 +0000", "15 Foo 2024 10:30:00 +0000",
        "15 Jan 2024 24:00:00 +0000", "15 Jan 2024 10:60:00 +0000", "15 Jan 2024 10:30:61 +0000",
        "15 Jan 2024 10:30:00 +00", "15 Jan 2024 10:30:00 +0060", "15 Jan 20240 10:30:00 +0000",
        "15 Jan 2024 10:30:00 +0000 x", "15 Jan 2024 (10:30:00 +0000",
    ])
    func refuses(text: String) { #expect(WallTime(mailDate: text) == nil) }

    @Test func everyDayRoundTripsAndHasTheRightWeekday() {
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        for day in stride(from: Int64(-25_000), to: 60_000, by: 7 * 11 + 1) {
            let time = WallTime(milliseconds: day * 86_400_000 + 12_345_000)
            #expect(WallTime(mailDate: time.mailDate) == time)
            #expect(time.mailDate.hasPrefix(names[Int(((day + 4) % 7 + 7) % 7)]))
        }
    }

    @Test func randomBytesNeverCrash() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<30_000 {
            let bytes = generator.bytes(upTo: 40, from: Array("0123459 :,+-()\\JanMonEST\r\n".utf8))
            _ = WallTime(mailDate: bytes.span)
        }
    }
}

extension Int64 {
    fileprivate var flooredToSecond: Int64 { (self < 0 ? (self - 999) / 1000 : self / 1000) * 1000 }
}

/// The Date fields of Stalwart's mail-parser, which collects numbers and ignores the grammar.
@Suite struct MailParserDateTests {
    static let deviations: [String: String] = [
        "20 11": "RFC 5322 §3.3: a month has a name",
        " 4 8 15": "RFC 5322 §3.3: a month has a name, and a date ends where it ends",
        "Tue, 1 Jul 2003 ((invalid)": "the fold of a field is undone before its value is read as a date",
        "by 2002": "a Received field: its date is what stands behind the last semicolon",
        "Thu, 10 Jul 1997 14:53:31 EST5EDT": "RFC 5322 §4.3: no zone of that name, so UTC",
    ]

    @Test func readsDates() throws {
        guard let cases = Conformance.json("mime/mail-parser/resources/date.json") as? [[String: Any]] else { return }
        var deviating = 0
        for test in cases {
            let text = try #require(test["header"] as? String)
            let expected = (test["expected"] as? [String: Any]).map(Self.milliseconds)
            let found = WallTime(mailDate: text)?.milliseconds
            guard found != expected else { continue }
            deviating += 1
            #expect(Self.deviations.keys.contains { text.hasPrefix($0) }, "\(text.debugDescription)")
        }
        #expect(deviating == Self.deviations.count)
        Conformance.report("mime/mail-parser/date", cases: cases.count, deviations: deviating)
    }

    private static func milliseconds(_ parts: [String: Any]) -> Int64 {
        func part(_ name: String) -> Int { parts[name] as? Int ?? 0 }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let components = DateComponents(
            year: part("year"), month: part("month"), day: part("day"), hour: part("hour"), minute: part("minute"),
            second: part("second"))
        let local = Int64(calendar.date(from: components)?.timeIntervalSince1970 ?? 0)
        let offset = Int64(part("tz_hour") * 3600 + part("tz_minute") * 60)
        return (parts["tz_before_gmt"] as? Bool == true ? local + offset : local - offset) * 1000
    }
}
