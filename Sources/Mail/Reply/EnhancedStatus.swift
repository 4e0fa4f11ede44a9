/// An enhanced mail system status code, `class.subject.detail` (RFC 3463 §2).
public struct EnhancedStatus: Hashable, Sendable {
    /// 2, 4 or 5.
    public let severity: UInt8
    /// 0...999.
    public let subject: UInt16
    /// 0...999.
    public let detail: UInt16

    public init(_ severity: UInt8, _ subject: UInt16, _ detail: UInt16) {
        self.severity = severity
        self.subject = subject
        self.detail = detail
    }

    /// The code that a reply's text begins with (RFC 2034 §4): followed by white space or the end of the text.
    /// `nil` when there is none.
    public init?(prefixOf text: Span<UInt8>) {
        guard let (status, _) = Self.parsePrefix(text) else { return nil }
        self = status
    }

    public init?(prefixOf text: String) { self.init(prefixOf: text.utf8Span.span) }

    /// The code and the number of bytes it takes, without the blank behind it.
    public static func parsePrefix(_ text: Span<UInt8>) -> (status: EnhancedStatus, length: Int)? {
        guard text.count >= 5, text[1] == UInt8(ascii: ".") else { return nil }
        let severity = text[0] &- UInt8(ascii: "0")
        // RFC 3463 §3.1: classes 2, 4 and 5.
        guard severity == 2 || severity == 4 || severity == 5 else { return nil }
        guard let subject = number(text, at: 2), subject.end < text.count, text[subject.end] == UInt8(ascii: "."),
            let detail = number(text, at: subject.end + 1)
        else { return nil }
        guard detail.end == text.count || text[detail.end] <= 0x20 else { return nil }
        return (EnhancedStatus(severity, subject.value, detail.value), detail.end)
    }

    /// RFC 3463 §2: one to three digits.
    private static func number(_ text: Span<UInt8>, at start: Int) -> (value: UInt16, end: Int)? {
        var value: UInt16 = 0
        var index = start
        while index < text.count, text[index].isDigit {
            guard index - start < 3 else { return nil }
            value = value * 10 + UInt16(text[index] - UInt8(ascii: "0"))
            index += 1
        }
        return index > start ? (value, index) : nil
    }

    /// Whether the class says the same as the reply code (RFC 2034 §4: 2yz, 4yz and 5yz).
    public func agrees(with code: UInt16) -> Bool { UInt16(severity) == code / 100 }
}

extension EnhancedStatus: CustomStringConvertible {
    public var description: String { "\(severity).\(subject).\(detail)" }
}

extension EnhancedStatus: LosslessStringConvertible {
    public init?(_ description: String) {
        let span = description.utf8Span.span
        guard let (status, length) = Self.parsePrefix(span), length == span.count else { return nil }
        self = status
    }
}
