import Testing

@testable import Bench

@Suite struct ChartScaleTests {
    @Test(arguments: [
        (0.0, 1.0), (1, 1), (7, 8), (10, 10), (11, 15), (1_234, 1_500), (99_999, 100_000), (0.013, 0.015),
    ]) func aLinearScaleEndsAtAMarkAboveTheLargest(most: Double, high: Double) {
        let scale = ChartScale.linear(upTo: most)
        #expect(abs(scale.high - high) < high * 1e-9)
        #expect(scale.high >= most)
        #expect(scale.ticks.first == 0)
        #expect(scale.ticks.last == scale.high)
        #expect((2...6).contains(scale.ticks.count))
    }

    @Test(arguments: [0.3, 1, 7.5, 12, 60, 119, 3_600]) func aScaleOfTimeEndsWithTheTime(end: Double) {
        let scale = ChartScale.time(upTo: end)
        #expect(scale.high == end)
        #expect((4...8).contains(scale.ticks.count), "\(scale.ticks)")
        #expect(scale.ticks.allSatisfy { $0 <= end * 1.000_001 })
    }

    @Test func aLogarithmicScaleHasEveryPowerOfTen() {
        let scale = ChartScale.logarithmic([0.5, 20, 900])
        #expect(scale.ticks.map(ChartScale.word) == ["0.1", "1", "10", "100", "1,000"])
        #expect(abs(scale.place(10) - 0.5) < 1e-9)
        #expect(scale.place(0) == 0)
        #expect(scale.place(-1) == 0)
        #expect(ChartScale.logarithmic([5]).ticks.count == 2)
        #expect(ChartScale.logarithmic([]).ticks.count >= 2)
        #expect(ChartScale.logarithmic([1e-30, 1]).ticks.count == 9)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, -5, 1e308]) func noValueLeavesThePicture(value: Double) {
        for scale in [
            ChartScale.linear(upTo: 10), .linear(upTo: value), .time(upTo: 10), .time(upTo: value),
            .logarithmic([1, 100]), .logarithmic([value]),
        ] {
            #expect((0...1).contains(scale.place(value)))
        }
    }

    @Test(arguments: [
        (0.0, "0"), (2.5, "2.5"), (0.001, "0.001"), (400, "400"), (1_500, "1,500"), (12_500, "12.5k"),
        (1_500_000, "1.5M"), (20_000, "20k"),
    ]) func marksAreShort(value: Double, word: String) {
        #expect(ChartScale.word(value) == word)
    }
}
