import Mail

/// Reads words from a fixed list as reporters spell them.
struct ReportKeywords {
    var repairs: ReportRepairs

    /// `nil` when the element is missing, empty, or holds a word that the list does not have.
    mutating func optional<Word: RawRepresentable<String>>(
        _ parent: XMLElement, _ name: String, synonyms: [String: Word] = [:]
    ) -> Word? {
        guard let text = parent.value(name) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let lower = text.lowercased()
        if let word = Word(rawValue: lower) {
            repairs.add(.letterCase(field: name))
            return word
        }
        repairs.add(.unknownValue(field: name))
        return synonyms[lower]
    }

    mutating func required<Word: RawRepresentable<String>>(
        _ parent: XMLElement, _ name: String, fallback: Word, synonyms: [String: Word] = [:]
    ) -> Word {
        if parent.value(name) == nil { repairs.add(.missing(field: name)) }
        return optional(parent, name, synonyms: synonyms) ?? fallback
    }
}
