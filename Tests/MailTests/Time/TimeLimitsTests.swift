import Mail
import Testing

/// Figures come from files and requests: at the ends of time arithmetic stops, it does not trap.
@Suite struct TimeLimitsTests {
    private static let longest = Duration.seconds(1_000_000_000 * 86_400)
    private static let durations: [Duration] = [
        .zero, .nanoseconds(1), .seconds(-1), longest, .zero - longest, .seconds(Int64.max), .seconds(Int64.min),
        .milliseconds(Int64.max), .milliseconds(Int64.min),
    ]
    private static let numbers: [Int64] = [.min, .min + 1, -1, 0, 1, 253_402_300_799_000, .max - 1, .max]

    @Test func nothingTraps() {
        for a in Self.numbers {
            for duration in Self.durations {
                let wall = WallTime(milliseconds: a) + duration
                #expect(duration < .zero ? wall.milliseconds <= a : wall.milliseconds >= a)
                let before = WallTime(milliseconds: a) - duration
                #expect(duration < .zero ? before.milliseconds >= a : before.milliseconds <= a)
                let instant = MonotonicInstant(nanoseconds: a) + duration
                #expect(duration < .zero ? instant.nanoseconds <= a : instant.nanoseconds >= a)
            }
            for b in Self.numbers {
                #expect((WallTime(milliseconds: a) - WallTime(milliseconds: b) > .zero) == (a > b))
                #expect((MonotonicInstant(nanoseconds: a) - MonotonicInstant(nanoseconds: b) > .zero) == (a > b))
            }
            #expect(!WallTime(milliseconds: a).rfc3339.isEmpty && !WallTime(milliseconds: a).mailDate.isEmpty)
        }
    }

    @Test func whatCanBeSaidIsExact() {
        #expect(Duration.milliseconds(-1_999).wholeMilliseconds == -1_999)
        #expect(Duration.nanoseconds(-1_999_999_999).wholeNanoseconds == -1_999_999_999)
        #expect(Duration.nanoseconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.nanoseconds(Int64.min).wholeNanoseconds == .min)
        #expect(Self.longest.wholeMilliseconds == 86_400_000_000_000_000 && Self.longest.wholeNanoseconds == .max)
        #expect((Duration.zero - Self.longest).wholeNanoseconds == .min)
    }
}
