import Testing

@testable import Bench

@Suite struct LatencyRecorderTests {
    @Test func anEmptyOneHasNoSummary() {
        #expect(LatencyRecorder().summary == nil)
        #expect(LatencyRecorder().count == 0)
    }

    @Test func percentilesAreThoseOfWhatWasRecordedToAPartInAThousand() throws {
        var recorder = LatencyRecorder()
        for microseconds in 1...10_000 { recorder.record(UInt64(microseconds) * 1_000) }
        let summary = try #require(recorder.summary)
        #expect(summary.count == 10_000)
        for (found, wanted) in [
            (summary.p50, 5.0), (summary.p90, 9.0), (summary.p99, 9.9), (summary.p999, 9.99), (summary.mean, 5.0005),
        ] {
            #expect(abs(found - wanted) <= wanted / 1_000 + 0.001, "\(found) for \(wanted)")
        }
        #expect(summary.max == 10)
    }

    @Test func twoTogetherSayWhatOneWouldHaveSaid() {
        var (all, even, odd) = (LatencyRecorder(), LatencyRecorder(), LatencyRecorder())
        for number in 1...1_000 {
            let value = UInt64(number * number) * 1_000
            all.record(value)
            if number % 2 == 0 { even.record(value) } else { odd.record(value) }
        }
        even.merge(odd)
        #expect(even.summary == all.summary)
        even.merge(LatencyRecorder())
        #expect(even.summary == all.summary)
    }

    @Test func whatTakesLongerThanAnHourCountsAsAnHour() {
        var recorder = LatencyRecorder()
        recorder.record(.max)
        recorder.record(3_600_000_000_001)
        #expect(recorder.summary?.max == 3_600_000)
        #expect(recorder.summary?.p50 == 3_600_000)
    }

    @Test func anEndBeforeItsStartIsNotRecorded() {
        var recorder = LatencyRecorder()
        recorder.record(from: 10, to: 9)
        #expect(recorder.count == 0)
        recorder.record(from: 1_000_000, to: 3_000_000)
        #expect(recorder.summary?.max == 2)
    }

    @Test func nothingIsTooShortToBeCounted() {
        var recorder = LatencyRecorder()
        recorder.record(0)
        recorder.record(from: 5, to: 5)
        #expect(recorder.summary?.count == 2)
        #expect(recorder.summary?.p99 ?? 1 < 0.001)
    }
}
