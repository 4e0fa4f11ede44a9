/// One node of a message as it came in: the message itself, a part of a multipart, or a message inside another
/// (RFC 2045 §2.4). It holds places in the bytes, not bytes.
public struct MIMEEntity: Hashable, Sendable {
    /// How the body travels (RFC 2045 §6). What nobody knows is taken as it stands.
    public enum Encoding: Hashable, Sendable {
        /// `7bit`, `8bit`, `binary`, and no field at all.
        case identity
        case quotedPrintable
        case base64
        case unknown
    }

    /// Header section and body.
    public let range: Range<Int>
    /// Behind the empty line; without the line end that belongs to the delimiter (RFC 2046 §5.1.1).
    public let bodyRange: Range<Int>
    /// Places in the whole message, not in the part.
    public let fields: [HeaderField]
    /// `text/plain` where the field is missing or unreadable (RFC 2045 §5.2).
    public let contentType: ContentType
    public let encoding: Encoding
    /// 0 for the message itself.
    public let depth: Int
    /// Whether it lies in a `message/rfc822` part: what it says was said by somebody else.
    public let isQuoted: Bool
    /// Places in `MIMETree.entities`, in the order of the message.
    public internal(set) var children: [Int] = []

    /// Nothing inside that was taken apart.
    public var isLeaf: Bool { children.isEmpty }
}

/// How much of a message is taken apart. What lies beyond stays one undivided body.
public struct MIMELimits: Hashable, Sendable {
    /// Multiparts and messages in one another.
    public var depth: Int
    public var entities: Int
    /// Fields listed of each header section.
    public var fields: Int

    public init(depth: Int = 10, entities: Int = 1_000, fields: Int = 1_000) {
        self.depth = depth
        self.entities = entities
        self.fields = fields
    }
}
