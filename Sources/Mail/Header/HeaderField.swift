/// Where a field of a header section lies in the bytes it was found in.
public struct HeaderField: Hashable, Sendable {
    /// Without the colon, and without the white space that RFC 5322 §4.5 lets stand before it.
    public let nameRange: Range<Int>
    /// Behind the colon, up to the line end of the last line, which is not included. Folded as it came.
    public let valueRange: Range<Int>
    /// From the name to the end of the last line, its CRLF included.
    public let wholeRange: Range<Int>

    public init(nameRange: Range<Int>, valueRange: Range<Int>, wholeRange: Range<Int>) {
        self.nameRange = nameRange
        self.valueRange = valueRange
        self.wholeRange = wholeRange
    }

    /// Compares the name without regard to case (RFC 5322 §1.2.2).
    public func isNamed(_ name: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard nameRange.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { expected in
            for offset in 0..<expected.count
            where unsafe bytes[nameRange.lowerBound + offset].lowercased != expected[offset].lowercased {
                return false
            }
            return true
        }
    }

    public func isNamed(_ name: String, in bytes: Span<UInt8>) -> Bool {
        guard nameRange.count == name.utf8.count else { return false }
        return zip(nameRange, name.utf8).allSatisfy { bytes[$0].lowercased == $1.lowercased }
    }

    /// The value on one line: line ends removed, white space at both ends trimmed (RFC 5322 §2.2.3).
    public func unfoldedValue(in bytes: Span<UInt8>) -> [UInt8] { HeaderText.unfolded(bytes, valueRange) }

    /// The value for people to read: unfolded, encoded words decoded, controls replaced, cut to `limit` bytes.
    public func displayText(in bytes: Span<UInt8>, limit: Int = 998) -> String {
        HeaderText.display(bytes, valueRange, limit: limit)
    }
}
