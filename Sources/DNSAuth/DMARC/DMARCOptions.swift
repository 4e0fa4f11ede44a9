/// By which document a message is judged.
package enum DMARCRules: Sendable {
    /// Organizational domains by the DNS Tree Walk.
    case rfc9989
    /// Organizational domains by a list of public suffixes. Without one every domain is an organization of its own.
    case rfc7489(suffixes: PublicSuffixList?)

    package var grammar: DMARCGrammar {
        switch self {
        case .rfc9989: .rfc9989
        case .rfc7489: .rfc7489
        }
    }
}

/// Everything an operator can tune about DMARC.
package struct DMARCOptions: Sendable {
    package var rules: DMARCRules
    /// Domains in From that are looked at. A message with more is a `permerror`: RFC 9989 §11.5 warns of the work.
    package var authorLimit = 4
    /// Authenticated domains that are compared, so at most eight questions for each.
    package var identifierLimit = 20
    /// 0 to 99, for `pct` (RFC 7489 §6.6.4): a message is spared when this is not below it.
    package var sample: @Sendable () -> Int = { Int.random(in: 0..<100) }

    package init(rules: DMARCRules = .rfc9989) { self.rules = rules }

    package static let rfc9989 = DMARCOptions()
    package static func rfc7489(suffixes: PublicSuffixList?) -> DMARCOptions {
        DMARCOptions(rules: .rfc7489(suffixes: suffixes))
    }
}
