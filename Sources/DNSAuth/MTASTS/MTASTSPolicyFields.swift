import Mail

/// The fields of a policy while its lines are read.
struct MTASTSPolicyFields {
    private var hasVersion = false
    private var mode: MTASTSPolicy.Mode?
    private var maxAge: Int?
    private var mx: [String] = []

    /// One line without its end, not empty.
    mutating func take(_ line: Span<UInt8>) throws(MTASTSPolicyFailure) {
        for index in line.indices where (line[index] < 0x20 && line[index] != 0x09) || line[index] == 0x7F {
            throw .malformedLine(MTASTSPolicyParser.text(line))
        }
        var colon = 0
        while colon < line.count, PolicyText.isNameByte(line[colon], isFirst: colon == 0) { colon += 1 }
        // `(ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".")`, then `":" *WSP`.
        guard colon > 0, colon <= 32, colon < line.count, line[colon] == UInt8(ascii: ":") else {
            throw .malformedLine(MTASTSPolicyParser.text(line))
        }
        let name = MTASTSPolicyParser.text(line.extracting(0..<colon))
        var start = colon + 1
        while start < line.count, Self.isBlank(line[start]) { start += 1 }
        var end = line.count
        while end > start, Self.isBlank(line[end - 1]) { end -= 1 }
        try take(name, line.extracting(start..<end))
    }

    private mutating func take(_ name: String, _ value: Span<UInt8>) throws(MTASTSPolicyFailure) {
        let text = MTASTSPolicyParser.text(value)
        // RFC 8461 §3.2: of a field other than mx all entries but the first are ignored.
        switch name {
        case "version":
            if hasVersion { return }
            guard text == "STSv1" else { throw .badValue(field: name) }
            hasVersion = true
        case "mode":
            if mode != nil { return }
            guard let known = MTASTSPolicy.Mode(rawValue: text) else { throw .badValue(field: name) }
            mode = known
        case "max_age":
            if maxAge == nil { maxAge = try Self.seconds(value) }
        case "mx":
            guard let pattern = MTASTSPattern(value) else { throw .badValue(field: name) }
            mx.append(pattern.text)
        // RFC 8461 §3.2: fields that are not known are ignored, if they are fields at all.
        default:
            guard Self.isExtensionValue(value, text) else { throw .badValue(field: PolicyReason.clean(name)) }
        }
    }

    func policy(id: String, lines: [String]) throws(MTASTSPolicyFailure) -> MTASTSPolicy {
        guard hasVersion else { throw .missing(field: "version") }
        guard let mode else { throw .missing(field: "mode") }
        guard let maxAge else { throw .missing(field: "max_age") }
        // RFC 8461 §3.2: at least one, unless the mode is none.
        guard mode == .none || !mx.isEmpty else { throw .missing(field: "mx") }
        return MTASTSPolicy(mode: mode, mx: mx, maxAge: maxAge, id: id, lines: lines)
    }

    /// `1*10(DIGIT)`
    private static func seconds(_ value: Span<UInt8>) throws(MTASTSPolicyFailure) -> Int {
        guard value.count >= 1, value.count <= 10 else { throw .badValue(field: "max_age") }
        var seconds = 0
        for index in value.indices {
            let digit = value[index] &- UInt8(ascii: "0")
            guard digit < 10 else { throw .badValue(field: "max_age") }
            seconds = seconds * 10 + Int(digit)
        }
        return min(seconds, MTASTSPolicyParser.longestAge)
    }

    /// Printable characters, UTF-8 among them, with blanks only between them.
    private static func isExtensionValue(_ value: Span<UInt8>, _ text: String) -> Bool {
        guard value.count > 0 else { return false }
        for index in value.indices where value[index] < 0x20 || value[index] == 0x7F { return false }
        // What was not UTF-8 has become longer or other than it was.
        let decoded = text.utf8
        guard decoded.count == value.count else { return false }
        var at = 0
        for byte in decoded {
            if byte != value[at] { return false }
            at += 1
        }
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
