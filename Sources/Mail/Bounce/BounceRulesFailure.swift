/// Why a file of bounce rules cannot be used.
public struct BounceRulesFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        case tooLarge(limit: Int)
        case tooManyRules(limit: Int)
        case unknownCategory(String)
        /// A word of a rule's first line that is no class and no condition.
        case unknownWord(String)
        case badValue(key: String, value: String)
        /// A phrase before the first rule.
        case phraseWithoutRule
        /// It begins with a gap, or has fewer than four bytes before the first gap, or more than 200 in all.
        case badPhrase(String)
        /// Neither a phrase nor a condition: it would match everything.
        case ruleWithoutCondition
        /// A category that says what a host thinks of the sender, with the class `hard`.
        case neverHard(BounceCategory)
    }

    public var file: String
    /// From 1.
    public var line: Int
    public var reason: Reason

    public init(file: String, line: Int, reason: Reason) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    public var description: String {
        let words =
            switch reason {
            case .tooLarge(let limit): "the file has more than \(limit) bytes"
            case .tooManyRules(let limit): "there are more than \(limit) rules"
            case .unknownCategory(let name): "there is no category `\(name)`"
            case .unknownWord(let word): "`\(word)` is neither a class nor code=, enhanced= or provider="
            case .badValue(let key, let value): "`\(value)` is no value of \(key)="
            case .phraseWithoutRule: "a phrase stands before the first rule"
            case .badPhrase(let phrase): "`\(phrase)` does not begin with four bytes of text, or is too long"
            case .ruleWithoutCondition: "the rule has neither a phrase nor a condition"
            case .neverHard(let category): "`\(category.rawValue)` is about the sender: it cannot be hard"
            }
        return "\(file):\(line): \(words)"
    }
}
