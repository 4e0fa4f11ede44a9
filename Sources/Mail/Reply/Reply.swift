/// A complete SMTP reply (RFC 5321 §4.2), its lines joined.
///
/// What a remote host says is hostile until cleaned: whoever builds a `Reply` from the wire has bounded the lines and
/// replaced control characters, so that the text may be stored, logged and shown.
public struct Reply: Hashable, Sendable {
    /// 200...599.
    public let code: UInt16
    /// RFC 3463, when the first line began with one that agrees with the code.
    public let enhanced: EnhancedStatus?
    /// The text without codes; lines are separated by LF.
    public let text: String

    public init(code: UInt16, enhanced: EnhancedStatus? = nil, text: String) {
        self.code = code
        self.enhanced = enhanced
        self.text = text
    }

    public var isPositive: Bool { code / 100 == 2 || code / 100 == 3 }
    public var isTransient: Bool { code / 100 == 4 }
    public var isPermanent: Bool { code / 100 == 5 }
}

extension Reply: CustomStringConvertible {
    public var description: String {
        let status = enhanced.map { " \($0)" } ?? ""
        return "\(code)\(status) \(text)"
    }
}
