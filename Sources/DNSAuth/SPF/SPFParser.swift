import Mail

/// Reads the terms of a record (RFC 7208 §4.6.1, §12). Linear in the text; goes on behind an error, so that somebody
/// who repairs a record is shown all of them.
package struct SPFParser: Sendable {
    /// The terms without an error.
    package private(set) var record = SPFRecord()
    package private(set) var failures: [SPFSyntaxFailure] = []

    /// The DNS itself ends at 65,535 bytes; no record anybody publishes is near either number.
    static let termLimit = 2_048
    private static let failureLimit = 32

    /// - Parameter text: a TXT record for which `isRecord` holds; the version is skipped.
    package init(_ text: String) {
        let bytes = text.utf8Span.span
        var at = min(Self.version.utf8CodeUnitCount, bytes.count)
        var terms = 0
        while at < bytes.count {
            // RFC 7208 §4.6.1: terms are separated by spaces, nothing else.
            guard bytes[at] != 0x20 else {
                at += 1
                continue
            }
            var end = at
            while end < bytes.count, bytes[end] != 0x20 { end += 1 }
            terms += 1
            do throws(SPFSyntaxFailure) {
                guard terms <= Self.termLimit, failures.count < Self.failureLimit else {
                    throw SPFSyntaxFailure(.tooLong, at: at)
                }
                try read(bytes, at..<end)
            } catch {
                var failure = error
                failure.term = SPFCharacter.printable(bytes, at..<end, limit: 80)
                failures.append(failure)
                if failure.reason == .tooLong { return }
            }
            at = end
        }
    }

    private static let version: StaticString = "v=spf1"

    /// Whether a TXT record is a policy at all: `v=spf1` in any case, then a space or the end.
    package static func isRecord(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        let count = version.utf8CodeUnitCount
        // RFC 7208 §4.5: "v=spf10" is none.
        guard bytes.count == count || bytes.count > count && bytes[count] == 0x20 else { return false }
        return version.withUTF8Buffer { expected in
            for index in 0..<count where unsafe SPFCharacter.lowercased(bytes[index]) != expected[index] {
                return false
            }
            return true
        }
    }

    private mutating func read(_ bytes: Span<UInt8>, _ term: Range<Int>) throws(SPFSyntaxFailure) {
        for index in term where !SPFCharacter.isVisible(bytes[index]) {
            // RFC 7208 §3.1: US-ASCII only.
            throw SPFSyntaxFailure(.badCharacter, at: index)
        }
        if let equals = Self.endOfModifierName(bytes, term) {
            try readModifier(bytes, name: term.lowerBound..<equals, value: equals + 1..<term.upperBound, term)
        } else {
            record.directives.append(try SPFDirective(parsing: bytes, term))
        }
    }

    /// RFC 7208 §4.6.1: a modifier has its `=` right behind a name, and so before any `:` or `/`.
    private static func endOfModifierName(_ bytes: Span<UInt8>, _ term: Range<Int>) -> Int? {
        guard SPFCharacter.isAlpha(bytes[term.lowerBound]) else { return nil }
        var at = term.lowerBound
        while at < term.upperBound, SPFCharacter.isNameCharacter(bytes[at]) { at += 1 }
        return at < term.upperBound && bytes[at] == UInt8(ascii: "=") ? at : nil
    }

    private mutating func readModifier(
        _ bytes: Span<UInt8>, name: Range<Int>, value: Range<Int>, _ term: Range<Int>
    ) throws(SPFSyntaxFailure) {
        switch SPFDirective.word(bytes, name) {
        case "redirect":
            // RFC 7208 §6: at most once each.
            guard record.redirect == nil else { throw SPFSyntaxFailure(.repeatedModifier, at: name.lowerBound) }
            record.redirect = try SPFMacro(parsing: bytes, value, as: .domainSpec)
        case "exp":
            guard record.explanation == nil else { throw SPFSyntaxFailure(.repeatedModifier, at: name.lowerBound) }
            record.explanation = try SPFMacro(parsing: bytes, value, as: .domainSpec)
        default:
            // RFC 7208 §6: an unknown modifier is ignored, not its syntax.
            _ = try SPFMacro(parsing: bytes, value, as: .macroString)
            record.otherModifiers.append(SPFCharacter.printable(bytes, term, limit: 255))
        }
    }
}
