/// What the rules make of a refusal.
public struct BounceVerdict: Hashable, Sendable {
    public var kind: BounceClass
    public var category: BounceCategory
    /// Where the rule that decided stands, as `FILE:LINE`; `nil` when none matched, or none was needed.
    public var rule: String?

    public init(_ category: BounceCategory, _ kind: BounceClass? = nil, rule: String? = nil) {
        self.kind = kind ?? category.ordinaryClass
        self.category = category
        self.rule = rule
    }
}
