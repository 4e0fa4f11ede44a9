/// The rules that say what a refusal means. Immutable and pure: the same reply has the same meaning wherever it is
/// asked for, and no rule runs an expression over the text.
///
/// The rules that come with the engine are the open file `rules/bounces.rules`, compiled in. An operator's file stands
/// before them: what it says decides, and what it does not mention stays as it was.
public struct BounceRules: Hashable, Sendable {
    /// The `version` of each file, the deciding one first.
    public let versions: [String]
    private let rules: [BounceRule]
    /// The rules without phrases, in order.
    private let plain: [Int]
    private let index: PhraseIndex

    public var count: Int { rules.count }

    /// - Parameters:
    ///   - text: the operator's file.
    ///   - file: its name, for failures and for `BounceVerdict.rule`.
    ///   - base: the rules that stand behind it.
    public init(overriding base: BounceRules? = .shipped, with text: String, file: String) throws(BounceRulesFailure) {
        let parser = try BounceRulesParser(text, file: file)
        self.init(
            versions: [parser.version] + (base?.versions ?? []), rules: parser.rules, phrases: parser.phrases,
            base: base)
    }

    /// The phrases of `base` are kept apart in `behind`, so that its index need not be made again.
    private let behind: [BounceRules]

    private init(
        versions: [String], rules: [BounceRule], phrases: [(rule: Int, pieces: [[UInt8]])], base: BounceRules?
    ) {
        self.versions = versions
        self.rules = rules
        plain = rules.indices.filter { !rules[$0].hasPhrases }
        index = PhraseIndex(phrases)
        behind = base.map { [$0] } ?? []
    }

    /// The rules in `rules/bounces.rules`; a test proves that they can be read.
    public static let shipped: BounceRules =
        (try? BounceRules(overriding: nil, with: BounceRulesText.text, file: "bounces.rules"))
        ?? BounceRules(versions: [], rules: [], phrases: [], base: nil)

    /// What a refusal says.
    ///
    /// - Parameters:
    ///   - code: the reply code, where there is one. Other than 4yz and 5yz it is no refusal, hence undetermined.
    ///   - enhanced: the enhanced status; looked for in the text when `nil`.
    ///   - text: the reply without its codes; the first 4,096 bytes count.
    ///   - host: the name of the host that answered, or nothing.
    public func verdict(
        code: UInt16?, enhanced: EnhancedStatus?, text: Span<UInt8>, host: String = ""
    ) -> BounceVerdict {
        if let code, code / 100 != 4, code / 100 != 5 { return BounceVerdict(.undetermined) }
        let words = ReplyWords.normalized(text)
        var name = host.utf8.map(\.lowercased)
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        let evidence = BounceEvidence(
            code: code, enhanced: enhanced ?? ReplyWords.status(in: words.span), host: name)
        guard var verdict = verdict(on: evidence, words.span) else { return BounceVerdict(.undetermined) }
        // RFC 5321 §4.2.1: 4yz is no final word, not even about an unknown user.
        let severity = code.map { $0 / 100 } ?? evidence.enhanced.map { UInt16($0.severity) }
        if severity == 4, verdict.kind == .hard { verdict.kind = .soft }
        return verdict
    }

    public func verdict(on reply: Reply, host: String = "") -> BounceVerdict {
        verdict(code: reply.code, enhanced: reply.enhanced, text: reply.text.utf8Span.span, host: host)
    }

    private func verdict(on evidence: BounceEvidence, _ words: Span<UInt8>) -> BounceVerdict? {
        let found = plain.first { rules[$0].holds(evidence) }
        let phrase = index.first(in: words, below: found ?? rules.count) { rules[$0].holds(evidence) }
        if let best = phrase ?? found {
            return BounceVerdict(rules[best].category, rules[best].kind, rule: rules[best].place)
        }
        return behind.first?.verdict(on: evidence, words)
    }
}
