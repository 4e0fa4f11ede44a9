/// What is wrong with an address, and at which byte of the text, counted from 0.
public enum AddressFailure: Error, Hashable, Sendable {
    case missingLocalPart(at: Int)
    /// A character that needs quotes, or is never allowed.
    case badLocalPart(at: Int)
    /// A dot at the start, at the end, or after another.
    case misplacedDot(at: Int)
    case unterminatedQuote(at: Int)
    /// RFC 5321 §4.5.3.1.1.
    case localPartTooLong(at: Int)
    case missingAt(at: Int)
    case missingDomain(at: Int)
    /// Not a `Domain` of RFC 5321 §4.1.2.
    case badDomain(at: Int)
    /// RFC 1035 §2.3.4: a label above 63 bytes.
    case labelTooLong(at: Int)
    /// RFC 5321 §4.5.3.1.2.
    case domainTooLong(at: Int)
    /// RFC 5321 §4.1.3.
    case badAddressLiteral(at: Int)
    /// RFC 5891 §4.2: a label that cannot be an internationalised one.
    case badInternationalLabel(at: Int)
    /// A byte above 127 although SMTPUTF8 was not declared (RFC 6531 §3.5).
    case needsSMTPUTF8(at: Int)
    case malformedUTF8(at: Int)
    /// RFC 5321 §4.5.3.1.3.
    case pathTooLong(at: Int)
    case badSourceRoute(at: Int)
    /// A path that does not begin with `<` or does not end with `>`.
    case missingBracket(at: Int)
    /// There is more text behind the address.
    case trailingText(at: Int)
    case unterminatedComment(at: Int)
    /// More mailboxes than the caller allows.
    case tooManyMailboxes(at: Int)

    public var offset: Int {
        switch self {
        case .missingLocalPart(let at), .badLocalPart(let at), .misplacedDot(let at), .unterminatedQuote(let at),
            .localPartTooLong(let at), .missingAt(let at), .missingDomain(let at), .badDomain(let at),
            .labelTooLong(let at), .domainTooLong(let at), .badAddressLiteral(let at), .badInternationalLabel(let at),
            .needsSMTPUTF8(let at), .malformedUTF8(let at), .pathTooLong(let at), .badSourceRoute(let at),
            .missingBracket(let at), .trailingText(let at), .unterminatedComment(let at), .tooManyMailboxes(let at):
            at
        }
    }

    /// The same problem at another byte, for a parser that was given a part of the text.
    func moved(to offset: Int) -> AddressFailure {
        switch self {
        case .missingLocalPart: .missingLocalPart(at: offset)
        case .badLocalPart: .badLocalPart(at: offset)
        case .misplacedDot: .misplacedDot(at: offset)
        case .unterminatedQuote: .unterminatedQuote(at: offset)
        case .localPartTooLong: .localPartTooLong(at: offset)
        case .missingAt: .missingAt(at: offset)
        case .missingDomain: .missingDomain(at: offset)
        case .badDomain: .badDomain(at: offset)
        case .labelTooLong: .labelTooLong(at: offset)
        case .domainTooLong: .domainTooLong(at: offset)
        case .badAddressLiteral: .badAddressLiteral(at: offset)
        case .badInternationalLabel: .badInternationalLabel(at: offset)
        case .needsSMTPUTF8: .needsSMTPUTF8(at: offset)
        case .malformedUTF8: .malformedUTF8(at: offset)
        case .pathTooLong: .pathTooLong(at: offset)
        case .badSourceRoute: .badSourceRoute(at: offset)
        case .missingBracket: .missingBracket(at: offset)
        case .trailingText: .trailingText(at: offset)
        case .unterminatedComment: .unterminatedComment(at: offset)
        case .tooManyMailboxes: .tooManyMailboxes(at: offset)
        }
    }
}

extension AddressFailure: CustomStringConvertible {
    /// One sentence for a reply or an error message; holds nothing of the address itself.
    public var description: String { "\(problem) at byte \(offset)" }

    private var problem: String {
        switch self {
        case .missingLocalPart: "there is nothing before the @"
        case .badLocalPart: "a character that the local part may not hold"
        case .misplacedDot: "a dot at the start or end of the local part, or two in a row"
        case .unterminatedQuote: "a quoted string that does not end"
        case .localPartTooLong: "the local part is too long"
        case .missingAt: "there is no @"
        case .missingDomain: "there is no domain"
        case .badDomain: "a character or place that a domain may not have"
        case .labelTooLong: "a domain label of more than 63 bytes"
        case .domainTooLong: "the domain is too long"
        case .badAddressLiteral: "not an address literal"
        case .badInternationalLabel: "not an internationalised domain label"
        case .needsSMTPUTF8: "a character outside ASCII without SMTPUTF8"
        case .malformedUTF8: "malformed UTF-8"
        case .pathTooLong: "the path is too long"
        case .badSourceRoute: "a malformed source route"
        case .missingBracket: "an angle bracket is missing"
        case .trailingText: "text behind the address"
        case .unterminatedComment: "a comment that does not end"
        case .tooManyMailboxes: "too many mailboxes"
        }
    }
}
