/// What had to be overlooked to read a report. Real reporters make each of these mistakes, and none of them hides what
/// the report says.
public enum ReportRepair: Hashable, Sendable {
    /// Not well-formed; what the XML parser could make of it was taken.
    case notWellFormed
    /// Bytes that are not of the character set it claims, or controls that XML forbids.
    case badCharacters
    /// The root element stands inside another.
    case wrapped
    /// An element in a namespace that is neither of the known ones.
    case foreignNamespace
    /// A keyword in other letters, or with blanks around it.
    case letterCase(field: String)
    /// A keyword that the RFC does not have; the default was taken.
    case unknownValue(field: String)
    /// A required field is missing or empty; what stands in the report elsewhere, or the default, was taken.
    case missing(field: String)
    /// A value where one of another type belongs: a string for a list, a number in quotes.
    case wrongType(field: String)
    /// The begin of the period lies behind its end, or the two are more than two days apart.
    case oddPeriod
    /// Counts of the summary and of the details do not agree.
    case inconsistentCounts
}

extension ReportRepair: CustomStringConvertible {
    /// A stable word for storage and JSON: `missing:org_name`.
    public var description: String {
        switch self {
        case .notWellFormed: "not_well_formed"
        case .badCharacters: "bad_characters"
        case .wrapped: "wrapped"
        case .foreignNamespace: "foreign_namespace"
        case .letterCase(let field): "letter_case:\(field)"
        case .unknownValue(let field): "unknown_value:\(field)"
        case .missing(let field): "missing:\(field)"
        case .wrongType(let field): "wrong_type:\(field)"
        case .oddPeriod: "odd_period"
        case .inconsistentCounts: "inconsistent_counts"
        }
    }
}

extension ReportRepair {
    /// Reads what `description` gives; `nil` for anything else.
    public init?(word: String) {
        let pieces = word.split(separator: ":", maxSplits: 1).map(String.init)
        switch (pieces.first, pieces.count > 1 ? pieces[1] : nil) {
        case ("not_well_formed", nil): self = .notWellFormed
        case ("bad_characters", nil): self = .badCharacters
        case ("wrapped", nil): self = .wrapped
        case ("foreign_namespace", nil): self = .foreignNamespace
        case ("letter_case", let field?): self = .letterCase(field: field)
        case ("unknown_value", let field?): self = .unknownValue(field: field)
        case ("missing", let field?): self = .missing(field: field)
        case ("wrong_type", let field?): self = .wrongType(field: field)
        case ("odd_period", nil): self = .oddPeriod
        case ("inconsistent_counts", nil): self = .inconsistentCounts
        default: return nil
        }
    }
}
