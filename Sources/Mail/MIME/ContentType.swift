/// The value of Content-Type (RFC 2045 §5.1): `type/subtype; name=value`.
public struct ContentType: Hashable, Sendable {
    /// Lower case.
    public var type: String
    /// Lower case.
    public var subtype: String
    public var parameters: [MIMEParameter]

    /// The parts must be tokens.
    public init(_ type: String, _ subtype: String, parameters: [MIMEParameter] = []) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
    }

    /// `nil` unless a type and a subtype can be made out; parameters that cannot be read are passed over.
    public init?(parsing bytes: Span<UInt8>) {
        var index = StructuredText.skipBlanksAndComments(bytes, from: 0)
        guard let type = Self.token(bytes, at: &index) else { return nil }
        index = StructuredText.skipBlanksAndComments(bytes, from: index)
        guard index < bytes.count, bytes[index] == UInt8(ascii: "/") else { return nil }
        index = StructuredText.skipBlanksAndComments(bytes, from: index + 1)
        guard let subtype = Self.token(bytes, at: &index) else { return nil }
        self.init(type, subtype, parameters: MIMEParameterParser.parse(bytes, from: index))
    }

    public init?(parsing text: String) { self.init(parsing: text.utf8Span.span) }

    /// `type/subtype`.
    public var essence: String { "\(type)/\(subtype)" }

    /// The value of a parameter, in any case of its name.
    public subscript(name: String) -> String? {
        let name = name.lowercased()
        return parameters.first { $0.name == name }?.value
    }

    private static func token(_ bytes: Span<UInt8>, at index: inout Int) -> String? {
        let start = index
        while index < bytes.count, bytes[index].isTokenCharacter { index += 1 }
        return index > start ? ByteText.ascii(bytes.extracting(start..<index)).lowercased() : nil
    }
}

/// The value of Content-Disposition (RFC 2183 §2), or of another field that is a token with parameters.
public struct ContentDisposition: Hashable, Sendable {
    /// Lower case: `attachment`, `inline`, ...
    public var kind: String
    public var parameters: [MIMEParameter]

    public init(_ kind: String, parameters: [MIMEParameter] = []) {
        self.kind = kind
        self.parameters = parameters
    }

    public init?(parsing bytes: Span<UInt8>) {
        var index = StructuredText.skipBlanksAndComments(bytes, from: 0)
        let start = index
        while index < bytes.count, bytes[index].isTokenCharacter { index += 1 }
        guard index > start else { return nil }
        let kind = ByteText.ascii(bytes.extracting(start..<index)).lowercased()
        self.init(kind, parameters: MIMEParameterParser.parse(bytes, from: index))
    }

    public var filename: String? { parameters.first { $0.name == "filename" }?.value }
}
