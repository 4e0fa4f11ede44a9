import Mail
import Testing

@Suite struct RFC3339Tests {
    @Test(
        arguments: [
            ("2026-01-15T12:00:00Z", 1_768_478_400_000), ("2026-01-15T12:00:00.250Z", 1_768_478_400_250),
            ("2026-01-15t14:30:00+02:30", 1_768_478_400_000), ("2026-01-15 07:00-0500", 1_768_478_400_000),
            ("2026-01-15", 1_768_435_200_000), ("1969-12-31T23:59:59Z", -1_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("2026-01-15T12:00", 1_768_478_400_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ] as [(String, Int64)])
    func `A time is read`(_ text: String, _ expected: Int64) {
        #expect(WallTime(rfc3339: text)?.milliseconds == expected)
    }

    @Test(arguments: [
        "", "2026", "2026-1-15", "2026-13-01", "2026-02-29", "2026-01-15T", "2026-01-15T24:00:00Z", "2026-01-15T12:60Z",
        "2026-01-15T12:00:61Z", "2026-01-15T12:00:00.Z", "2026-01-15T12:00:00+", "2026-01-15T12:00:00+2",
        "2026-01-15T12:00:00Zx", "tomorrow", "2026-01-15T12:00:00+99:00", "\u{0}",
        "2026-01-15T12:00:00." + String(repeating: "1", count: 100),
    ])
    func `What is no time is refused`(_ text: String) {
        #expect(WallTime(rfc3339: text) == nil)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (1_768_478_400_999, "2026-01-15T12:00:00Z"),
            (.max, "9999-12-31T23:59:59Z"), (.min, "0000-01-01T00:00:00Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
        ] as [(Int64, String)])
    func `A time is written`(_ milliseconds: Int64, _ expected: String) {
        #expect(WallTime(milliseconds: milliseconds).rfc3339 == expected)
    }
}
