/// Takes a message apart. Each level looks at its own bytes once, so the work is at most the size times the depth
/// limit.
struct MIMEReader {
    private(set) var entities: [MIMEEntity] = []
    private(set) var isTruncated = false
    private let limits: MIMELimits

    init(limits: MIMELimits) { self.limits = limits }

    mutating func read(_ bytes: Span<UInt8>) {
        _ = read(bytes, 0..<bytes.count, depth: 0, isQuoted: false, fallback: ContentType("text", "plain"))
    }

    /// Recursion ends at the depth limit.
    private mutating func read(
        _ bytes: Span<UInt8>, _ range: Range<Int>, depth: Int, isQuoted: Bool, fallback: ContentType
    ) -> Int {
        let part = bytes.extracting(range)
        let header = HeaderSection(scanning: part, limit: limits.fields)
        let start = range.lowerBound
        let (count, bodyOffset) = Self.headerEnd(header, part)
        let own = header.fields.prefix(count)
        let fields = own.map { $0.moved(by: start) }
        let body = start + bodyOffset..<range.upperBound
        var type = fallback
        if let field = Self.first("content-type", of: own, in: part),
            let parsed = ContentType(parsing: part.extracting(field.valueRange))
        {
            type = parsed
        }
        let encoding = Self.encoding(own, part)
        let index = entities.count
        entities.append(
            MIMEEntity(
                range: range, bodyRange: body, fields: fields, contentType: type, encoding: encoding, depth: depth,
                isQuoted: isQuoted))
        guard let content = Self.content(of: type, encoding) else { return index }
        guard depth < limits.depth else {
            isTruncated = true
            return index
        }
        switch content {
        case .message:
            if let child = child(bytes, body, depth, isQuoted: true, fallback: ContentType("text", "plain")) {
                entities[index].children = [child]
            }
        case .parts(let boundary):
            // RFC 2046 §5.1.5: parts of a digest are messages unless they say otherwise.
            let fallback = type.subtype == "digest" ? ContentType("message", "rfc822") : ContentType("text", "plain")
            var children: [Int] = []
            for range in Self.parts(bytes, body, boundary: boundary) {
                guard let child = child(bytes, range, depth, isQuoted: isQuoted, fallback: fallback) else { break }
                children.append(child)
            }
            entities[index].children = children
        }
        return index
    }

    /// Where the header section ends, and the number of its fields. A line that is no field is passed over, with two
    /// exceptions: one that begins with dashes is a delimiter whose empty line is missing, and where there is no empty
    /// line at all, the first such line begins the body, because many parts have neither header nor empty line.
    private static func headerEnd(_ header: HeaderSection, _ part: Span<UInt8>) -> (fields: Int, bodyOffset: Int) {
        guard header.isMalformed else { return (header.fields.count, header.bodyOffset) }
        let hasEmptyLine = header.bodyOffset < part.count
        var end = 0
        for index in 0...header.fields.count {
            let next = index < header.fields.count ? header.fields[index].wholeRange.lowerBound : header.bodyOffset
            while end < next {
                let isDelimiter = end + 1 < next && part[end] == UInt8(ascii: "-") && part[end + 1] == part[end]
                // The empty line itself lies in front of `bodyOffset`.
                let isEmptyLine = part[end] == 0x0A || part[end] == 0x0D
                if isDelimiter || (!hasEmptyLine && !isEmptyLine) { return (index, end) }
                end = LineSearch.endOfLine(part, from: end).end
            }
            if index < header.fields.count { end = header.fields[index].wholeRange.upperBound }
        }
        return (header.fields.count, header.bodyOffset)
    }

    private mutating func child(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ depth: Int, isQuoted: Bool, fallback: ContentType
    ) -> Int? {
        guard entities.count < limits.entities else {
            isTruncated = true
            return nil
        }
        return read(bytes, range, depth: depth + 1, isQuoted: isQuoted, fallback: fallback)
    }

    private enum Inside {
        case message
        case parts(boundary: [UInt8])
    }

    private static func content(of type: ContentType, _ encoding: MIMEEntity.Encoding) -> Inside? {
        // RFC 2046 §5.1, §5.2.1: neither may be encoded; one that is stays closed.
        guard encoding == .identity || encoding == .unknown else { return nil }
        if type.type == "multipart" {
            guard let boundary = type["boundary"], !boundary.isEmpty else { return nil }
            return .parts(boundary: Array(boundary.utf8))
        }
        return type.essence == "message/rfc822" || type.essence == "message/global" ? .message : nil
    }

    private static func first(
        _ name: StaticString, of fields: ArraySlice<HeaderField>, in part: Span<UInt8>
    ) -> HeaderField? {
        for field in fields where field.isNamed(name, in: part) { return field }
        return nil
    }

    private static func encoding(_ fields: ArraySlice<HeaderField>, _ part: Span<UInt8>) -> MIMEEntity.Encoding {
        guard let field = first("content-transfer-encoding", of: fields, in: part) else { return .identity }
        let value = part.extracting(field.valueRange)
        switch ContentDisposition(parsing: value)?.kind {
        case nil, "7bit", "8bit", "binary": return .identity
        case "quoted-printable": return .quotedPrintable
        case "base64": return .base64
        default: return .unknown
        }
    }

    /// RFC 2046 §5.1.1: what stands between the delimiter lines. A missing last delimiter is supplied.
    private static func parts(_ bytes: Span<UInt8>, _ body: Range<Int>, boundary: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var open: Int?
        var at = body.lowerBound
        let inside = bytes.extracting(0..<body.upperBound)
        while at < body.upperBound {
            let end = LineSearch.endOfLine(inside, from: at).end
            if let delimiter = delimiter(inside, at..<end, boundary) {
                if let open { found.append(open..<max(open, lineEndStart(inside, before: at))) }
                open = delimiter == .close ? nil : end
                if delimiter == .close { return found }
            }
            at = end
        }
        if let open { found.append(open..<body.upperBound) }
        return found
    }

    private enum Delimiter {
        case open
        case close
    }

    private static func delimiter(_ bytes: Span<UInt8>, _ line: Range<Int>, _ boundary: [UInt8]) -> Delimiter? {
        let dash = UInt8(ascii: "-")
        var at = line.lowerBound
        guard line.count >= boundary.count + 2, bytes[at] == dash, bytes[at + 1] == dash else { return nil }
        at += 2
        for byte in boundary {
            guard bytes[at] == byte else { return nil }
            at += 1
        }
        var kind = Delimiter.open
        if at + 1 < line.upperBound, bytes[at] == dash, bytes[at + 1] == dash {
            kind = .close
            at += 2
        }
        while at < line.upperBound {
            guard bytes[at].isBlank || bytes[at] == 0x0D || bytes[at] == 0x0A else { return nil }
            at += 1
        }
        return kind
    }

    /// The line end in front of a delimiter belongs to it.
    private static func lineEndStart(_ bytes: Span<UInt8>, before start: Int) -> Int {
        guard start > 0, bytes[start - 1] == 0x0A else { return start }
        return start > 1 && bytes[start - 2] == 0x0D ? start - 2 : start - 1
    }
}

extension HeaderField {
    /// The same field, seen from further in front.
    func moved(by offset: Int) -> HeaderField {
        func moved(_ range: Range<Int>) -> Range<Int> { range.lowerBound + offset..<range.upperBound + offset }
        return HeaderField(
            nameRange: moved(nameRange), valueRange: moved(valueRange), wholeRange: moved(wholeRange))
    }
}
