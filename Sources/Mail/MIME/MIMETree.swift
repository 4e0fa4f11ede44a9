/// The parts of a message that came in, without a copy of its bytes (RFC 2045, RFC 2046). Any bytes give a tree: what
/// is malformed is one leaf.
public struct MIMETree: Sendable {
    public let bytes: [UInt8]
    /// The message itself first, then every part before its children's siblings, as a reader meets them.
    public let entities: [MIMEEntity]
    /// A limit was reached: there are more parts than are listed.
    public let isTruncated: Bool

    public init(reading bytes: [UInt8], limits: MIMELimits = MIMELimits()) {
        var reader = MIMEReader(limits: limits)
        reader.read(bytes.span)
        self.bytes = bytes
        entities = reader.entities
        isTruncated = reader.isTruncated
    }

    public var root: MIMEEntity { entities[0] }

    /// The first field of this name, in any case of letters.
    public func field(_ name: StaticString, of entity: MIMEEntity) -> HeaderField? {
        let span = bytes.span
        for field in entity.fields where field.isNamed(name, in: span) { return field }
        return nil
    }

    /// The value of the first field of this name on one line, for people; encoded words decoded.
    public func text(_ name: StaticString, of entity: MIMEEntity, limit: Int = 998) -> String? {
        field(name, of: entity)?.displayText(in: bytes.span, limit: limit)
    }

    /// From Content-Disposition, or from the `name` that older senders put into Content-Type (RFC 2183 §2.3).
    public func filename(of entity: MIMEEntity) -> String? {
        if let field = field("content-disposition", of: entity),
            let name = ContentDisposition(parsing: bytes.span.extracting(field.valueRange))?.filename
        {
            return name
        }
        return entity.contentType["name"]
    }

    /// The body with its transfer encoding undone. Base64 is read as leniently as RFC 2045 §6.8 asks.
    /// - Parameter limit: `nil` is returned when the result could be longer; nothing is decoded then.
    public func decodedBody(of entity: MIMEEntity, limit: Int) -> [UInt8]? {
        let span = bytes.span
        let body = span.extracting(entity.bodyRange)
        switch entity.encoding {
        case .identity, .unknown:
            return body.count <= limit ? Array(bytes[entity.bodyRange]) : nil
        case .quotedPrintable:
            return body.count <= limit ? QuotedPrintable.decode(body) : nil
        case .base64:
            // Line ends and blanks are not counted exactly: a body a little too long may be refused.
            guard body.count / 4 <= limit / 3 + 64 else { return nil }
            return Base64.decode(body) ?? Base64.decodeDamaged(body)
        }
    }
}

extension Base64 {
    /// RFC 2045 §6.8: characters outside the alphabet are ignored. Reading ends at the padding, so that a footer that
    /// a list appended is not taken for data.
    static func decodeDamaged(_ bytes: Span<UInt8>) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: "=") { break }
            if byte.isLetterOrDigit || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") { kept.append(byte) }
        }
        if kept.count % 4 == 1 { kept.removeLast() }
        return decode(kept.span) ?? []
    }
}
