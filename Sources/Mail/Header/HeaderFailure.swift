/// Why a header field cannot be written. Nothing of the value is repeated: it may be hostile.
public enum HeaderFailure: Error, Hashable, Sendable {
    /// Not `ftext` of RFC 5322 §3.6.8: empty, or with a blank, colon, control or non-ASCII character.
    case badName(String)
    /// The value holds CR, LF, NUL or another control: a header injection, or a mistake.
    case badValue(field: String)
    /// A piece without a blank that no line of 998 bytes can hold (RFC 5322 §2.1.1).
    case tooLong(field: String)
}

extension HeaderFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badName: "a header field name may hold only printable ASCII without blanks and colons"
        case .badValue(let field): "the value of \(field) holds a control character or line end"
        case .tooLong(let field): "the value of \(field) is too long for a line"
        }
    }
}
