import Testing

@testable import ControlAPI

@Suite struct TerminalTextTests {
    @Test(
        arguments: [
            ("plain", "plain"), ("a\nb\r\nc\td", "a b  c d"), ("\u{1B}[2Jgone", "\u{FFFD}[2Jgone"),
            ("\u{9B}31m", "\u{FFFD}31m"), ("a\u{0}b\u{7F}", "a\u{FFFD}b\u{FFFD}"),
            ("\u{202E}evil\u{2066}", "\u{FFFD}evil\u{FFFD}"), ("a\u{2028}b\u{2029}", "a\u{FFFD}b\u{FFFD}"),
            ("\u{E000}\u{FEFF}", "\u{FFFD}\u{FFFD}"), ("käse 中", "käse 中"),
            ("e\u{301}\u{302}\u{303}\u{304}x", "e\u{301}\u{302}x"),
        ])
    func `What could move the cursor is replaced`(_ text: String, _ clean: String) {
        #expect(Array(TerminalText.clean(text).unicodeScalars) == Array(clean.unicodeScalars))
    }

    @Test func `Text is cut and padded by the columns that it takes`() {
        #expect(TerminalText.width("中文ab") == 6 && TerminalText.width("e\u{301}") == 1)
        #expect(TerminalText.cut("abcdef", to: 6) == "abcdef" && TerminalText.cut("abcdefg", to: 6) == "abcde…")
        #expect(TerminalText.cut("中文字", to: 4) == "中…" && TerminalText.cut("x", to: 0).isEmpty)
        #expect(TerminalText.pad("ab", to: 4) == "ab  " && TerminalText.pad("ab", to: 4, right: true) == "  ab")
        #expect(TerminalText.pad("中文字", to: 4) == "中… ")
    }

    @Test func `Numbers and times for people`() {
        #expect([0, 999, 1_000, 1_234_567, -1_234].map(Figures.count) == ["0", "999", "1,000", "1,234,567", "-1,234"])
        #expect(
            [0, 9_999, 10_000, 12_345, 999_999, 1_000_000, 12_345_678, 2_500_000_000].map(Figures.short) == [
                "0", "9999", "10.0k", "12.3k", "999.9k", "1.0M", "12.3M", "2.5G",
            ])
        #expect(
            [nil, 0, 0.04, 12.34, 999.94, 1_000, 12_345.6, -1, .infinity, .nan].map(Figures.rate) == [
                "-", "0.0", "0.0", "12.3", "999.9", "1,000", "12,345", "-", "-", "-",
            ])
        #expect(
            [-5, 0, 119, 120, 3_599, 3_600, 11_530, 86_400, 446_400].map { Figures.span(.seconds($0)) } == [
                "0s", "0s", "119s", "2m", "59m", "1h00m", "3h12m", "1d00h", "5d04h",
            ])
    }
}
