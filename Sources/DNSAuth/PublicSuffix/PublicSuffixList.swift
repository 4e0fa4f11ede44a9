package import Mail

/// The rules of publicsuffix.org, for organizational domains as RFC 7489 §3.2 finds them. The operator names the file;
/// none comes with the engine, because a list grows old and RFC 9989 needs none.
package struct PublicSuffixList: Sendable {
    /// Which part of the list counts.
    package enum Sections: Hashable, Sendable {
        /// Registries, and companies that give names to their customers: those are strangers to each other as well.
        case all
        /// Only what stands between the marks of the ICANN section, or all of a list that has no such mark.
        case icann
    }

    private var rules: Set<String> = []
    /// `*.ck` is held as `ck`.
    private var wildcards: Set<String> = []
    /// `!www.ck` is held as `www.ck`.
    private var exceptions: Set<String> = []

    /// Lines that were neither empty, nor a comment, nor a rule.
    package private(set) var skippedLines = 0

    package var ruleCount: Int { rules.count + wildcards.count + exceptions.count }

    /// Reads the text form. Lines that are no rule are skipped and counted.
    package init(parsing bytes: Span<UInt8>, sections: Sections = .all) throws(PublicSuffixFailure) {
        guard bytes.count <= Self.byteLimit else { throw .tooLarge(limit: Self.byteLimit) }
        var line: [UInt8] = []
        var isInside = true
        for index in 0...bytes.count {
            if index < bytes.count, bytes[index] != 0x0A {
                line.append(bytes[index])
                continue
            }
            switch Self.mark(line) {
            case .begin?: if sections == .icann { (rules, wildcards, exceptions, isInside) = ([], [], [], true) }
            case .end?: isInside = sections == .all
            case nil: if isInside { take(line) }
            }
            line.removeAll(keepingCapacity: true)
        }
        // A page of words instead of the list would make every top-level domain a suffix and nothing else.
        guard ruleCount > 0 else { throw .noRules }
    }

    package init(parsing text: String, sections: Sections = .all) throws(PublicSuffixFailure) {
        try self.init(parsing: text.utf8Span.span, sections: sections)
    }

    /// The suffix under which names are registered; the last label where no rule matches.
    package func publicSuffix(of domain: Domain) -> Domain { domain.lastLabels(suffixLength(of: domain)) }

    /// The suffix and one label more; `nil` when the domain is itself a suffix, or an address.
    package func organizationalDomain(of domain: Domain) -> Domain? {
        let count = domain.labels.count
        let length = suffixLength(of: domain)
        return count > length ? domain.lastLabels(length + 1) : nil
    }

    /// Labels of the prevailing rule: an exception, or else the longest that matches.
    private func suffixLength(of domain: Domain) -> Int {
        let labels = domain.labels
        guard !labels.isEmpty else { return 0 }
        var length = 1
        var name = Substring()
        for (index, label) in labels.reversed().enumerated() {
            // The wildcard stands for this label, below the name so far.
            if index > 0, wildcards.contains(String(name)) { length = index + 1 }
            name = index == 0 ? label : label + "." + name
            if exceptions.contains(String(name)) { return index }
            if rules.contains(String(name)) { length = index + 1 }
        }
        return length
    }
}

package enum PublicSuffixFailure: Error, Hashable, Sendable {
    case unreadable(path: String)
    case tooLarge(limit: Int)
    /// What was read is no list.
    case noRules
}

extension PublicSuffixList {
    static let byteLimit = 16 << 20

    private enum Mark {
        case begin
        case end
    }

    /// `// ===BEGIN ICANN DOMAINS===` and its end.
    private static func mark(_ line: [UInt8]) -> Mark? {
        guard line.starts(with: "// ===".utf8) else { return nil }
        let text = String(decoding: line.prefix(60), as: UTF8.self)
        if text.hasPrefix("// ===BEGIN ICANN DOMAINS===") { return .begin }
        return text.hasPrefix("// ===END ICANN DOMAINS===") ? .end : nil
    }

    /// A rule ends at the first white space.
    private mutating func take(_ line: [UInt8]) {
        var rule = line[...].drop { $0.isFoldingSpace }
        rule = rule.prefix { !$0.isFoldingSpace }
        guard !rule.isEmpty, !rule.starts(with: "//".utf8) else { return }
        let isException = rule.first == UInt8(ascii: "!")
        if isException { rule.removeFirst() }
        let isWildcard = !isException && rule.starts(with: "*.".utf8)
        if isWildcard { rule.removeFirst(2) }
        // The list is written in U-labels; names arrive here in A-labels.
        // An exception to the rule that every top-level domain is a suffix would leave no suffix at all.
        guard let domain = try? Domain(parsing: Array(rule).span, options: .utf8), !domain.isAddressLiteral,
            !isException || domain.labels.count > 1
        else {
            skippedLines += 1
            return
        }
        if isException {
            exceptions.insert(domain.text)
        } else if isWildcard {
            wildcards.insert(domain.text)
        } else {
            rules.insert(domain.text)
        }
    }
}
