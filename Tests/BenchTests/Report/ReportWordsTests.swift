import Testing

@testable import Bench

@Suite struct ReportWordsTests {
    @Test(arguments: [
        (0.0, "0"), (0.0004, "0.00040"), (0.0434, "0.043"), (0.9996, "1.000"), (1.5, "1.50"), (62.54, "62.5"),
        (123.5, "124"), (12_345.6, "12,346"), (1_000_000, "1,000,000"), (-1.5, "-1.50"), (-0.0, "0"),
        (.nan, "-"), (.infinity, "-"), (1e300, "-"),
    ]) func figuresHaveAboutThreeDigits(value: Double, words: String) {
        #expect(ReportWords.figure(value) == words)
    }

    @Test(arguments: [
        (12_345.678, 2, "12,345.68"), (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (1.005, 0, "1"), (7, 3, "7.000"),
    ]) func numbersHaveTheDigitsAskedFor(value: Double, places: Int, words: String) {
        #expect(ReportWords.number(value, places: places) == words)
    }

    @Test(arguments: [(12.0, "12"), (12.34, "12.3"), (-0.26, "-0.3"), (0.04, "0"), (.nan, "0"), (99_999.95, "100000")])
    func coordinatesHaveNoCommas(value: Double, words: String) {
        #expect(ReportWords.coordinate(value) == words)
    }

    @Test(arguments: [(0.84, "0.8 s"), (119.96, "120.0 s"), (250, "4 min 10 s"), (.infinity, "- s")])
    func timesAreReadable(value: Double, words: String) {
        #expect(ReportWords.seconds(value) == words)
    }
}
