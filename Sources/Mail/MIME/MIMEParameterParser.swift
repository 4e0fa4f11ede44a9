/// Reads the parameters of a MIME field, with the continuations and character sets of RFC 2231, and with the encoded words
/// that senders use in their place.
struct MIMEParameterParser {
    /// One `name*number*=value` as it stands.
    private struct Segment {
        var name: String
        var number: Int?
        var isExtended: Bool
        var value: [UInt8]
    }

    /// What follows the value, beginning at the first `;` or blank. Malformed parameters are passed over.
    /// - Parameter limit: segments beyond it are ignored.
    static func parse(_ bytes: Span<UInt8>, from start: Int, limit: Int = 256) -> [MIMEParameter] {
        var segments: [Segment] = []
        var index = start
        while segments.count < limit {
            index = skipSeparators(bytes, from: index)
            guard index < bytes.count else { break }
            let nameStart = index
            while index < bytes.count, isNameCharacter(bytes[index]) { index += 1 }
            let name = nameStart..<index
            index = StructuredText.skipBlanksAndComments(bytes, from: index)
            guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else {
                // No parameter: what is there is dropped.
                if index == nameStart { index += 1 }
                continue
            }
            index = StructuredText.skipBlanksAndComments(bytes, from: index + 1)
            let value = readValue(bytes, at: &index)
            guard !name.isEmpty, let value else { continue }
            let segment = segment(bytes, name, value)
            if !segment.name.isEmpty { segments.append(segment) }
        }
        return joined(segments)
    }

    private static func skipSeparators(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = StructuredText.skipBlanksAndComments(bytes, from: start)
        while index < bytes.count, bytes[index] == UInt8(ascii: ";") {
            index = StructuredText.skipBlanksAndComments(bytes, from: index + 1)
        }
        return index
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        byte.isTokenCharacter && byte != UInt8(ascii: ";")
    }

    /// A quoted string, or what stands up to the next separator. `nil` when there is nothing.
    private static func readValue(_ bytes: Span<UInt8>, at index: inout Int) -> [UInt8]? {
        guard index < bytes.count else { return nil }
        if bytes[index] == UInt8(ascii: "\"") { return StructuredText.quotedString(bytes, at: &index) }
        var value: [UInt8] = []
        while index < bytes.count, bytes[index] != UInt8(ascii: ";"), bytes[index] > 0x20 {
            if bytes[index] == UInt8(ascii: "="), let word = EncodedWord.parse(bytes, at: index) {
                for place in index..<word.end { value.append(bytes[place]) }
                index = word.end
                // Encoded words that follow one another are one value.
                let next = StructuredText.skipBlanksAndComments(bytes, from: index)
                if next < bytes.count, EncodedWord.parse(bytes, at: next) != nil {
                    value.append(0x20)
                    index = next
                }
                continue
            }
            value.append(bytes[index])
            index += 1
        }
        return value.isEmpty ? nil : value
    }

    /// RFC 2231 §3, §4: `name`, `name*`, `name*0`, `name*0*`.
    private static func segment(_ bytes: Span<UInt8>, _ range: Range<Int>, _ value: [UInt8]) -> Segment {
        var text = ByteText.lossy(bytes.extracting(range)).lowercased()[...]
        let isExtended = text.hasSuffix("*")
        if isExtended { text = text.dropLast() }
        guard let star = text.lastIndex(of: "*"), let number = Int(text[text.index(after: star)...]), number >= 0,
            star > text.startIndex
        else { return Segment(name: String(text), number: nil, isExtended: isExtended, value: value) }
        return Segment(name: String(text[..<star]), number: number, isExtended: isExtended, value: value)
    }

    private static func joined(_ segments: [Segment]) -> [MIMEParameter] {
        var order: [String] = []
        var groups: [String: [Segment]] = [:]
        for segment in segments {
            if groups[segment.name] == nil { order.append(segment.name) }
            groups[segment.name, default: []].append(segment)
        }
        return order.map { name in
            let group = groups[name] ?? []
            // RFC 2231 beats the plain form that stands beside it for old readers; the first plain one beats repeats.
            let modern = group.filter { $0.number != nil || $0.isExtended }
            guard !modern.isEmpty else {
                return MIMEParameter(name, plainText(group[0].value))
            }
            return MIMEParameter(name, decode(modern.sorted { ($0.number ?? 0) < ($1.number ?? 0) }))
        }
    }

    /// Bytes first, characters last: a segment may end in the middle of a character.
    private static func decode(_ segments: [Segment]) -> String {
        var charset = "utf-8"
        var out: [UInt8] = []
        for (place, segment) in segments.enumerated() {
            guard segment.isExtended else {
                out.append(contentsOf: segment.value)
                continue
            }
            var start = 0
            // RFC 2231 §4: charset'language'text, in the first segment only.
            if place == 0, let first = segment.value.firstIndex(of: UInt8(ascii: "'")),
                let second = segment.value[(first + 1)...].firstIndex(of: UInt8(ascii: "'"))
            {
                if first > 0 { charset = String(decoding: segment.value[..<first], as: UTF8.self) }
                start = second + 1
            }
            out.append(contentsOf: percentDecoded(segment.value[start...]))
        }
        return cleaned(Charset.decode(out, name: charset) ?? String(decoding: out, as: UTF8.self))
    }

    private static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.endIndex, let high = bytes[index + 1].hexValue,
                let low = bytes[index + 2].hexValue
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }

    private static func plainText(_ value: [UInt8]) -> String { cleaned(EncodedWord.decode(value.span)) }

    private static func cleaned(_ text: String) -> String {
        guard text.utf8.contains(where: \.isControl) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar) }
        return String(scalars)
    }
}
