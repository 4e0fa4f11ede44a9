/// Reads the text form of the rules:
///
///     version 2026-11-21
///     mailbox_full soft code=552 provider=example.com      # category, class, conditions
///         over quota | mailbox * full | "full "            # one of them must occur; * is a gap
///
/// A category without a class has its ordinary one. `code=` takes `550`, `55x` and `5xx`, `enhanced=` takes `5.1.1`
/// with `x` for any number, `provider=` suffixes of the answering host's name; each may be a list with commas. What
/// stands first in a file decides. A line that begins with `#` is a comment.
struct BounceRulesParser {
    static let byteLimit = 1 << 20
    static let ruleLimit = 4_096
    static let phraseLimit = 200

    let file: String
    private(set) var version = ""
    private(set) var rules: [BounceRule] = []
    private(set) var phrases: [(rule: Int, pieces: [[UInt8]])] = []

    init(_ text: String, file: String) throws(BounceRulesFailure) {
        self.file = file
        guard text.utf8.count <= Self.byteLimit else {
            throw BounceRulesFailure(file: file, line: 1, reason: .tooLarge(limit: Self.byteLimit))
        }
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            number += 1
            let content = Self.trimmed(line)
            if content.isEmpty || content.first == "#" { continue }
            if line.first == " " || line.first == "\t" {
                try takePhrases(content, number)
            } else {
                try takeRule(content, number)
            }
        }
        try checkLast(number)
    }

    private mutating func takeRule(_ line: Substring, _ number: Int) throws(BounceRulesFailure) {
        try checkLast(number)
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let first = words.first else { return }
        if first == "version" {
            version = words.dropFirst().joined(separator: " ")
            return
        }
        guard let category = BounceCategory(rawValue: String(first)) else {
            throw failure(number, .unknownCategory(String(first)))
        }
        guard rules.count < Self.ruleLimit else { throw failure(number, .tooManyRules(limit: Self.ruleLimit)) }
        var rule = BounceRule(category: category, place: "\(file):\(number)")
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 1, rule.kind == nil, let kind = BounceClass(rawValue: String(word)) {
                rule.kind = kind
                continue
            }
            guard parts.count == 2 else { throw failure(number, .unknownWord(String(word))) }
            for value in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                try takeCondition(String(parts[0]), String(value), &rule, number)
            }
        }
        if rule.kind == .hard, category.isAboutSender { throw failure(number, .neverHard(category)) }
        rules.append(rule)
    }

    private func takeCondition(
        _ key: String, _ value: String, _ rule: inout BounceRule, _ number: Int
    ) throws(BounceRulesFailure) {
        let bad = BounceRulesFailure.Reason.badValue(key: key, value: value)
        switch key {
        case "code":
            guard let pattern = BounceRule.CodePattern(value) else { throw failure(number, bad) }
            rule.codes.append(pattern)
        case "enhanced":
            guard let pattern = BounceRule.StatusPattern(value) else { throw failure(number, bad) }
            rule.statuses.append(pattern)
        case "provider":
            guard !value.isEmpty, value.utf8.count <= 255, value.first != "." else { throw failure(number, bad) }
            rule.providers.append(value.utf8.map(\.lowercased))
        default: throw failure(number, .unknownWord(key))
        }
    }

    private mutating func takePhrases(_ line: Substring, _ number: Int) throws(BounceRulesFailure) {
        guard !rules.isEmpty else { throw failure(number, .phraseWithoutRule) }
        for part in line.split(separator: "|", omittingEmptySubsequences: false) {
            var phrase = Self.trimmed(part)
            let bad = BounceRulesFailure.Reason.badPhrase(String(phrase))
            guard phrase.utf8.count <= Self.phraseLimit else { throw failure(number, bad) }
            var pieces: [[UInt8]] = []
            if phrase.count > 2, phrase.first == "\"", phrase.last == "\"" {
                phrase = phrase.dropFirst().dropLast()
                pieces = [phrase.utf8.map(\.lowercased)]
            } else {
                for piece in phrase.split(separator: "*", omittingEmptySubsequences: false) {
                    let piece = Self.trimmed(piece)
                    guard !piece.isEmpty else { throw failure(number, bad) }
                    pieces.append(piece.utf8.map(\.lowercased))
                }
            }
            guard let first = pieces.first, first.count >= PhraseIndex.keyLength else { throw failure(number, bad) }
            phrases.append((rules.count - 1, pieces))
            rules[rules.count - 1].hasPhrases = true
        }
    }

    /// A rule that asks for nothing would hide all that stand behind it.
    private func checkLast(_ number: Int) throws(BounceRulesFailure) {
        guard let last = rules.last else { return }
        if last.hasPhrases || !last.codes.isEmpty || !last.statuses.isEmpty { return }
        throw failure(number, .ruleWithoutCondition)
    }

    private func failure(_ line: Int, _ reason: BounceRulesFailure.Reason) -> BounceRulesFailure {
        BounceRulesFailure(file: file, line: line, reason: reason)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        return text
    }
}

extension BounceRule.CodePattern {
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 3, digits[0] == UInt8(ascii: "4") || digits[0] == UInt8(ascii: "5") else { return nil }
        var low: UInt16 = 0
        var high: UInt16 = 0
        for digit in digits {
            if digit.isDigit {
                low = low * 10 + UInt16(digit &- UInt8(ascii: "0"))
                high = high * 10 + UInt16(digit &- UInt8(ascii: "0"))
            } else if digit == UInt8(ascii: "x") {
                (low, high) = (low * 10, high * 10 + 9)
            } else {
                return nil
            }
        }
        (self.low, self.high) = (low, high)
    }
}

extension BounceRule.StatusPattern {
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var numbers: [UInt16?] = []
        for part in parts {
            if part == "x" {
                numbers.append(nil)
            } else if let number = UInt16(part), number <= 999 {
                numbers.append(number)
            } else {
                return nil
            }
        }
        if let severity = numbers[0], severity != 4, severity != 5 { return nil }
        (severity, subject, detail) = (numbers[0].map { UInt8(truncatingIfNeeded: $0) }, numbers[1], numbers[2])
    }
}
