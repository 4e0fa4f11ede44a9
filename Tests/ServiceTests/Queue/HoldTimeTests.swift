import Mail
import Testing

@testable import Service

@Suite struct HoldTimeTests {
    @Test(
        arguments: [
            ("1s", 1), ("90m", 5_400), ("4h", 14_400), ("2d", 172_800), ("1w", 604_800), ("1h30m", 5_400),
            ("1d12h30m15s", 131_415), ("366d", 31_622_400), ("00005s", 5),
        ] as [(String, Int64)])
    func `Durations as operators write them`(_ text: String, _ seconds: Int64) {
        #expect(HoldTime.parse(text) == .seconds(seconds))
    }

    @Test(arguments: [
        "", "s", "4", "h4", "4 h", "4H", "-4h", "+4h", "4.5h", "0s", "0h0m", "367d", "9999999999h", "1000000001s",
        "4hours", "4h5", "٤h", "4h\u{0}", "99999999999999999999999999999999s", "53w",
    ])
    func `What is none`(_ text: String) {
        #expect(HoldTime.parse(text) == nil)
    }
}
