import Mail

/// The text of an API key: `mt_live_` or `mt_test_` and 40 random characters of 62 (238 bits).
enum KeyText {
    static func make(_ mode: APIKey.Mode) -> String { prefix(mode) + RandomText.alphanumeric(40) }

    /// Enough to recognise a key in a list: four of its random characters, which leaves 214 bits to guess.
    static func hint(of text: String) -> String { String(text.prefix(12)) }

    /// Sorts out what no key can look like before anything is hashed or looked up.
    static func isPlausible(_ text: String) -> Bool {
        (text.hasPrefix("mt_live_") || text.hasPrefix("mt_test_")) && (16...128).contains(text.utf8.count)
    }

    private static func prefix(_ mode: APIKey.Mode) -> String {
        switch mode {
        case .live: "mt_live_"
        case .test: "mt_test_"
        }
    }
}
