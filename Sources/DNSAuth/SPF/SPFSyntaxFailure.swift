/// What is wrong with one term of a record, and where.
package struct SPFSyntaxFailure: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Something other than visible ASCII: a control, a tab, an 8-bit byte (RFC 7208 §3.1, §4.6.1).
        case badCharacter
        case unknownMechanism
        /// `all:x`, `ip4` with two prefixes and their like.
        case unexpectedArgument
        /// The mechanism or modifier needs a domain, or the text behind the colon is empty.
        case missingDomain
        /// The name does not end in a dot and a top label, or in a macro (RFC 7208 §7.1).
        case badDomain
        /// An address where a name belongs: `a:192.0.2.1` should be `ip4:192.0.2.1`.
        case addressAsDomain
        case badAddress
        case badPrefixLength
        /// `%` without `{`, `%`, `_` or `-` behind it, or a broken `%{…}` (RFC 7208 §7.1).
        case badMacro
        /// `c`, `r` or `t` outside the text of an explanation (RFC 7208 §7.2).
        case explanationMacro
        /// `redirect` or `exp` for a second time (RFC 7208 §6).
        case repeatedModifier
        /// The record has more terms, or more errors, than are looked at.
        case tooLong
    }

    package var reason: Reason
    /// The term it stands in, at most 80 bytes of it, with `?` for what cannot be printed.
    package var term = ""
    /// Bytes from the beginning of the record.
    package var offset: Int

    init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension SPFSyntaxFailure: CustomStringConvertible {
    package var description: String { "\(reason) in \"\(term)\" at byte \(offset)" }
}

extension SPFSyntaxFailure.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badCharacter: "a character that is not visible ASCII"
        case .unknownMechanism: "unknown mechanism"
        case .unexpectedArgument: "unexpected argument"
        case .missingDomain: "missing domain"
        case .badDomain: "domain without a valid last label"
        case .addressAsDomain: "an IP address where a domain belongs (use ip4 or ip6)"
        case .badAddress: "bad IP address"
        case .badPrefixLength: "bad prefix length"
        case .badMacro: "bad macro"
        case .explanationMacro: "macro allowed in explanations only"
        case .repeatedModifier: "repeated modifier"
        case .tooLong: "more than is looked at"
        }
    }
}
