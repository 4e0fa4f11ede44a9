/// The local part of a mailbox (RFC 5321 §4.1.2): a dot-string or a quoted string, with RFC 6531 §3.3's characters
/// where the options allow them. No comments and no folding: those are RFC 5322's, not SMTP's.
enum LocalPartParser {
    /// Reads from `start` up to the `@`, which it does not consume.
    static func parse(
        _ bytes: Span<UInt8>, from start: Int, options: AddressOptions
    ) throws(AddressFailure) -> (text: String, end: Int) {
        guard start < bytes.count, bytes[start] != UInt8(ascii: "@") else {
            throw start < bytes.count ? .missingLocalPart(at: start) : .missingAt(at: start)
        }
        return bytes[start] == UInt8(ascii: "\"")
            ? try quoted(bytes, from: start, options: options)
            : try dotString(bytes, from: start, options: options)
    }

    private static func dotString(
        _ bytes: Span<UInt8>, from start: Int, options: AddressOptions
    ) throws(AddressFailure) -> (text: String, end: Int) {
        var index = start
        var atomStart = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte.isAtext {
                index += 1
            } else if byte == UInt8(ascii: ".") {
                guard index > atomStart else { throw .misplacedDot(at: index) }
                index += 1
                atomStart = index
            } else if byte == UInt8(ascii: "@") {
                break
            } else if !byte.isASCII {
                guard options.allowsUTF8 else { throw .needsSMTPUTF8(at: index) }
                index += 1
            } else {
                throw .badLocalPart(at: index)
            }
        }
        guard index < bytes.count else { throw .missingAt(at: index) }
        guard index > atomStart else { throw .misplacedDot(at: index - 1) }
        guard index - start <= options.localPartLimit else { throw .localPartTooLong(at: start) }
        return (try text(bytes, start..<index), index)
    }

    private static func quoted(
        _ bytes: Span<UInt8>, from start: Int, options: AddressOptions
    ) throws(AddressFailure) -> (text: String, end: Int) {
        var plain: [UInt8] = []
        var index = start + 1
        while true {
            guard index < bytes.count else { throw .unterminatedQuote(at: start) }
            guard index - start <= options.localPartLimit else { throw .localPartTooLong(at: start) }
            var byte = bytes[index]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                index += 1
                guard index < bytes.count else { throw .unterminatedQuote(at: start) }
                byte = bytes[index]
                // quoted-pairSMTP: a backslash takes printable ASCII only.
                guard byte.isASCII else { throw .badLocalPart(at: index) }
            }
            guard !byte.isControl else { throw .badLocalPart(at: index) }
            guard byte.isASCII || options.allowsUTF8 else { throw .needsSMTPUTF8(at: index) }
            plain.append(byte)
            index += 1
        }
        index += 1
        guard index - start <= options.localPartLimit else { throw .localPartTooLong(at: start) }
        guard index < bytes.count else { throw .missingAt(at: index) }
        guard bytes[index] == UInt8(ascii: "@") else { throw .badLocalPart(at: index) }
        return (try text(plain.span, 0..<plain.count, at: start), index)
    }

    private static func text(
        _ bytes: Span<UInt8>, _ range: Range<Int>, at start: Int? = nil
    ) throws(AddressFailure) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw .malformedUTF8(at: start ?? range.lowerBound + error.byteOffsets.lowerBound)
        }
    }

    /// Whether a local part without its quotes can be written as a dot-string.
    static func isDotString(_ text: String) -> Bool {
        var previous = UInt8(ascii: ".")
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                guard previous != UInt8(ascii: ".") else { return false }
            } else if byte.isASCII, !byte.isAtext {
                return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: ".")
    }
}
