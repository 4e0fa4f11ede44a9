import Mail

/// Which document a record is read by.
package enum DMARCGrammar: Hashable, Sendable {
    case rfc9989
    /// With `pct`, `rf` and `ri`, and without `np`, `psd` and `t`.
    case rfc7489
}

/// Reads a record, tag by tag. Nothing behind the version can make a record unreadable (RFC 9989 §4.8).
///
/// Not built on `TagList`: there one bad pair condemns the list, here it condemns itself.
package struct DMARCParser {
    /// Tags and members of a list that are read; more are passed over with a fault.
    static let tagLimit = 100
    static let addressLimit = 50

    private let grammar: DMARCGrammar
    private var record: DMARCRecord
    private var seen: Set<String> = []
    private var hasPolicy = false
    private var hasBadPolicy = false

    private init(_ text: String, _ grammar: DMARCGrammar) {
        self.grammar = grammar
        record = DMARCRecord(text: text)
    }

    /// `nil` when the text is no DMARC record, and must be ignored as a whole.
    package static func parse(_ text: String, grammar: DMARCGrammar = .rfc9989) -> DMARCRecord? {
        let bytes = Array(text.utf8)
        var parts = bytes.split(separator: UInt8(ascii: ";"), maxSplits: tagLimit, omittingEmptySubsequences: false)
        guard let first = parts.first, isVersion(first) else { return nil }
        var parser = DMARCParser(text, grammar)
        parser.seen.insert("v")
        if parts.count > tagLimit {
            parts.removeLast()
            parser.record.faults.append(.tooMany(tag: ""))
        }
        // RFC 9989 §4.8: `dmarc-record = dmarc-version *(dmarc-sep dmarc-tag) [dmarc-sep]`.
        if parts.count > 1, let last = parts.last, trimmed(last).isEmpty { parts.removeLast() }
        for index in parts.indices.dropFirst() { parser.take(parts[index], isSecond: index == 1) }
        parser.settlePolicy()
        return parser.record
    }

    /// RFC 9989 §4.8: `dmarc-version = "v" equals %s"DMARC1"`, where the name may have any case and the value may not.
    private static func isVersion(_ part: ArraySlice<UInt8>) -> Bool {
        guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return false }
        let name = trimmed(part[..<equals])
        guard name.count == 1, let letter = name.first, letter | 0x20 == UInt8(ascii: "v") else { return false }
        return trimmed(part[(equals + 1)...]).elementsEqual("DMARC1".utf8)
    }

    private mutating func take(_ part: ArraySlice<UInt8>, isSecond: Bool) {
        let pair = Self.trimmed(part)
        guard !pair.isEmpty else { return record.faults.append(.emptyTag) }
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else {
            return record.faults.append(.malformed(Self.printable(pair)))
        }
        let name = Self.trimmed(pair[..<equals])
        // RFC 9989 §4.8: `dmarc-tag = 1*ALPHA equals 1*dmarc-value`.
        guard !name.isEmpty, name.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 }) else {
            return record.faults.append(.malformed(Self.printable(pair)))
        }
        let tag = String(decoding: name, as: UTF8.self).lowercased()
        // RFC 6376 §3.2 forbids a name to stand twice; RFC 9989 §4.8 has what is wrong ignored.
        guard seen.insert(tag).inserted else { return record.faults.append(.duplicate(tag: Self.printable(name))) }
        let value = Self.trimmed(pair[(equals + 1)...])
        if tag == "p", grammar == .rfc7489, !isSecond { record.faults.append(.misplacedPolicy) }
        guard value.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x09 }), !value.isEmpty, read(tag, value) else {
            if tag == "p" || tag == "sp" || (tag == "np" && grammar == .rfc9989) { hasBadPolicy = true }
            return record.faults.append(.badValue(tag: Self.printable(name), value: Self.printable(value)))
        }
    }

    /// `false` when the value is none that the tag may have.
    private mutating func read(_ tag: String, _ value: ArraySlice<UInt8>) -> Bool {
        // RFC 9989 §4.8: the strings of the grammar match in any case of letters.
        let word = String(decoding: value, as: UTF8.self).lowercased()
        switch (tag, grammar) {
        case ("p", _):
            guard let policy = DMARCPolicy(rawValue: word) else { return false }
            record.policy = policy
            hasPolicy = true
        case ("sp", _):
            guard let policy = DMARCPolicy(rawValue: word) else { return false }
            record.subdomainPolicy = policy
        case ("np", .rfc9989):
            guard let policy = DMARCPolicy(rawValue: word) else { return false }
            record.nonexistentPolicy = policy
        case ("adkim", _):
            guard let alignment = DMARCRecord.Alignment(rawValue: word) else { return false }
            record.dkimAlignment = alignment
        case ("aspf", _):
            guard let alignment = DMARCRecord.Alignment(rawValue: word) else { return false }
            record.spfAlignment = alignment
        case ("psd", .rfc9989):
            guard let psd = DMARCRecord.PublicSuffix(rawValue: word) else { return false }
            record.publicSuffix = psd
        case ("t", .rfc9989):
            guard word == "y" || word == "n" else { return false }
            record.isTesting = word == "y"
        case ("fo", _): return readFailureOptions(word)
        case ("rua", _): record.aggregateReports = addresses(of: tag, value)
        case ("ruf", _): record.failureReports = addresses(of: tag, value)
        case ("pct", .rfc7489):
            guard let percentage = Self.number(value), percentage <= 100 else { return false }
            record.percentage = percentage
        case ("ri", .rfc7489):
            // RFC 7489 §6.4: a 32-bit unsigned integer.
            guard let seconds = Self.number(value), seconds <= UInt32.max else { return false }
            record.reportInterval = seconds
        case ("rf", .rfc7489):
            let formats = value.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            return formats.allSatisfy { Self.isKeyword(Self.trimmed($0)) }
        case ("pct", .rfc9989), ("rf", .rfc9989), ("ri", .rfc9989): record.faults.append(.obsolete(tag: tag))
        // RFC 9989 §4.7: unknown tags are ignored.
        default: record.faults.append(.unknown(tag: Self.printable(Array(tag.utf8)[...])))
        }
        return true
    }

    /// `dmarc-fo`: each option at most once; RFC 9989 §4.7: "0" and "1" exclude each other.
    private mutating func readFailureOptions(_ word: String) -> Bool {
        var options: Set<DMARCRecord.FailureOption> = []
        for part in word.split(separator: ":", omittingEmptySubsequences: false) {
            let text = String(part.filter { $0 != " " && $0 != "\t" })
            guard let option = DMARCRecord.FailureOption(rawValue: text) else { return false }
            guard options.insert(option).inserted || grammar == .rfc7489 else { return false }
        }
        if grammar == .rfc9989, options.contains(.allFail), options.contains(.anyFails) { return false }
        record.failureOptions = options
        return true
    }

    private mutating func addresses(of tag: String, _ value: ArraySlice<UInt8>) -> [DMARCReportURI] {
        var found: [DMARCReportURI] = []
        var parts = value.split(
            separator: UInt8(ascii: ","), maxSplits: Self.addressLimit, omittingEmptySubsequences: false)
        if parts.count > Self.addressLimit {
            parts.removeLast()
            record.faults.append(.tooMany(tag: tag))
        }
        for part in parts {
            let text = Self.trimmed(part)
            guard let uri = DMARCReportURI(text) else {
                record.faults.append(.badURI(tag: tag, text: Self.printable(text)))
                continue
            }
            if uri.sizeLimit != nil, grammar == .rfc9989 {
                record.faults.append(.obsoleteSize(uri: Self.printable(Array(uri.text.utf8)[...])))
            }
            found.append(uri)
        }
        return found
    }

    /// RFC 9989 §4.10.1: without a valid `p`, or with an invalid `sp` or `np`, the record is `p=none` when it names a
    /// valid address for reports, and nothing otherwise.
    private mutating func settlePolicy() {
        if !seen.contains("p") { record.faults.append(.missingPolicy) }
        guard !hasPolicy || hasBadPolicy else { return }
        record.policy = record.aggregateReports.isEmpty ? nil : DMARCPolicy.none
        record.subdomainPolicy = nil
        record.nonexistentPolicy = nil
    }
}

extension DMARCParser {
    /// Without the blanks at both ends.
    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first.isFoldingSpace { bytes.removeFirst() }
        while let last = bytes.last, last.isFoldingSpace { bytes.removeLast() }
        return bytes
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        return Int(String(decoding: bytes, as: UTF8.self))
    }

    /// RFC 5321 §4.1.2 by way of RFC 7489 §6.4: `Keyword = Ldh-str`.
    private static func isKeyword(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let last = bytes.last, last != UInt8(ascii: "-") else { return false }
        return bytes.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-") }
    }

    /// For a fault: a stranger's text on its way to somebody's terminal, so printable ASCII and short.
    private static func printable(_ bytes: ArraySlice<UInt8>) -> String {
        var out = String(decoding: bytes.prefix(60).map { $0 >= 0x20 && $0 < 0x7F ? $0 : 0x3F }, as: UTF8.self)
        if bytes.count > 60 { out += "..." }
        return out
    }
}
