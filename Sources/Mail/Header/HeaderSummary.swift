/// What the engine needs to know of a header section, found in one pass over the bytes.
public struct HeaderSummary: Hashable, Sendable {
    /// Index of the first byte of the body; equals the count when there is no empty line.
    public var bodyOffset: Int = 0
    /// With angle brackets; `nil` when the field is missing or empty.
    public var messageID: String?
    public var hasDate = false
    /// Decoded for display (RFC 2047), unfolded, at most 998 bytes each; `nil` when missing.
    public var from: String?
    public var to: String?
    public var subject: String?
    /// The domain of the first mailbox in From, when it can be parsed.
    public var authorDomain: Domain?
    /// Number of From fields (RFC 5322 §3.6: exactly one; only the first is looked at).
    public var fromCount = 0
    /// Number of Received fields (RFC 5321 §6.3).
    public var receivedCount = 0
    public var has8BitHeader = false

    public init() {}

    /// Never fails: a malformed header section gives what could be found. Of fields that stand twice the first counts.
    public static func scan(_ content: [UInt8]) -> HeaderSummary { scan(content.span) }

    public static func scan(_ bytes: Span<UInt8>) -> HeaderSummary {
        var summary = HeaderSummary()
        var scanner = HeaderScanner(bytes)
        while let field = scanner.next() {
            // The length and the first letter rule nearly every field out.
            switch (field.nameRange.count, bytes[field.nameRange.lowerBound].lowercased) {
            case (2, UInt8(ascii: "t")) where summary.to == nil && field.isNamed("to", in: bytes):
                summary.to = field.displayText(in: bytes)
            case (4, UInt8(ascii: "f")) where field.isNamed("from", in: bytes):
                summary.fromCount += 1
                guard summary.fromCount == 1 else { continue }
                summary.from = field.displayText(in: bytes)
                summary.authorDomain = AuthorDomain.find(bytes, field.valueRange)
            case (4, UInt8(ascii: "d")) where field.isNamed("date", in: bytes):
                summary.hasDate = true
            case (7, UInt8(ascii: "s")) where summary.subject == nil && field.isNamed("subject", in: bytes):
                summary.subject = field.displayText(in: bytes)
            case (8, UInt8(ascii: "r")) where field.isNamed("received", in: bytes):
                summary.receivedCount += 1
            case (10, UInt8(ascii: "m")) where summary.messageID == nil && field.isNamed("message-id", in: bytes):
                let text = field.displayText(in: bytes)
                if !text.isEmpty { summary.messageID = text }
            default: break
            }
        }
        summary.bodyOffset = scanner.bodyOffset
        summary.has8BitHeader = scanner.has8Bit
        return summary
    }
}
