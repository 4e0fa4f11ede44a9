/// The fields of a header section in order, as places in the bytes (RFC 5322 §2.2).
public struct HeaderSection: Hashable, Sendable {
    public let fields: [HeaderField]
    /// The first byte of the body; the count where there is no empty line.
    public let bodyOffset: Int
    /// A line was neither a field nor a continuation, or the limit of fields was reached.
    public let isMalformed: Bool

    /// - Parameter limit: fields beyond it are not listed.
    public init(scanning bytes: Span<UInt8>, limit: Int = 10_000) {
        var scanner = HeaderScanner(bytes)
        var fields: [HeaderField] = []
        var overflow = false
        while let field = scanner.next() {
            guard fields.count < limit else {
                overflow = true
                continue
            }
            fields.append(field)
        }
        self.fields = fields
        bodyOffset = scanner.bodyOffset
        isMalformed = scanner.isMalformed || overflow
    }

    /// The first field of this name, in any case of letters.
    public func first(_ name: String, in bytes: Span<UInt8>) -> HeaderField? {
        for field in fields where field.isNamed(name, in: bytes) { return field }
        return nil
    }

    /// Every field of this name, from the top.
    public func all(_ name: String, in bytes: Span<UInt8>) -> [HeaderField] {
        var found: [HeaderField] = []
        for field in fields where field.isNamed(name, in: bytes) { found.append(field) }
        return found
    }
}
