import Mail

/// The grammar of RFC 7208 §7.1.
struct SPFMacroReader {
    private let grammar: SPFMacro.Grammar
    private(set) var parts: [SPFMacro.Part] = []
    /// Nothing began with `%`.
    private(set) var isLiteral = true
    private var literal: [UInt8] = []
    /// Where the characters behind the last macro begin.
    private var tail = 0

    init(_ grammar: SPFMacro.Grammar) { self.grammar = grammar }

    mutating func read(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(SPFSyntaxFailure) {
        var at = range.lowerBound
        tail = at
        while at < range.upperBound {
            let byte = bytes[at]
            if byte == UInt8(ascii: "%") {
                at = try readMacro(bytes, at, range.upperBound)
                isLiteral = false
                tail = at
            } else {
                // RFC 7208 §6.2: only the text of an explanation may hold spaces.
                guard SPFCharacter.isVisible(byte) || grammar == .explanation && byte == 0x20 else {
                    throw SPFSyntaxFailure(.badCharacter, at: at)
                }
                literal.append(byte)
                at += 1
            }
        }
        endLiteral()
    }

    private mutating func endLiteral() {
        guard !literal.isEmpty else { return }
        parts.append(.literal(literal))
        literal = []
    }

    /// Reads the macro that begins at `start`; returns where it ends.
    private mutating func readMacro(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(SPFSyntaxFailure) -> Int {
        guard start + 1 < end else { throw SPFSyntaxFailure(.badMacro, at: start) }
        // RFC 7208 §7.1: "%" must be followed by one of these.
        switch bytes[start + 1] {
        case UInt8(ascii: "%"): literal.append(UInt8(ascii: "%"))
        case UInt8(ascii: "_"): literal.append(UInt8(ascii: " "))
        case UInt8(ascii: "-"): literal.append(contentsOf: [0x25, 0x32, 0x30])
        case UInt8(ascii: "{"):
            let (expansion, after) = try readExpansion(bytes, start + 2, end)
            endLiteral()
            parts.append(.expansion(expansion))
            return after
        default: throw SPFSyntaxFailure(.badMacro, at: start)
        }
        return start + 2
    }

    /// `macro-letter transformers *delimiter "}"`.
    private func readExpansion(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(SPFSyntaxFailure) -> (SPFMacro.Expansion, Int) {
        var at = start
        guard at < end, let letter = SPFMacro.Letter(rawValue: SPFCharacter.lowercased(bytes[at])) else {
            throw SPFSyntaxFailure(.badMacro, at: start)
        }
        // RFC 7208 §7.2.
        guard grammar == .explanation || !letter.isForExplanations else {
            throw SPFSyntaxFailure(.explanationMacro, at: at)
        }
        var expansion = SPFMacro.Expansion(letter: letter)
        expansion.isEscaped = bytes[at] != letter.rawValue
        at += 1
        let digits = at
        while at < end, SPFCharacter.isDigit(bytes[at]) {
            // No value has more parts than this; saturating keeps any number of digits harmless.
            expansion.count = min((expansion.count ?? 0) * 10 + Int(bytes[at] - UInt8(ascii: "0")), 65_536)
            at += 1
        }
        // RFC 7208 §7.3: the number must not be zero.
        guard expansion.count != 0 else { throw SPFSyntaxFailure(.badMacro, at: digits) }
        if at < end, bytes[at] | 0x20 == UInt8(ascii: "r") {
            expansion.isReversed = true
            at += 1
        }
        while at < end, let bit = Self.delimiterBit(bytes[at]) {
            expansion.delimiters |= bit
            at += 1
        }
        guard at < end, bytes[at] == UInt8(ascii: "}") else { throw SPFSyntaxFailure(.badMacro, at: start) }
        return (expansion, at + 1)
    }

    static func delimiterBit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "."): 1
        case UInt8(ascii: "-"): 2
        case UInt8(ascii: "+"): 4
        case UInt8(ascii: ","): 8
        case UInt8(ascii: "/"): 16
        case UInt8(ascii: "_"): 32
        case UInt8(ascii: "="): 64
        default: nil
        }
    }

    /// RFC 7208 §7.1: `domain-end = ( "." toplabel [ "." ] ) / macro-expand`.
    func checkDomainEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(SPFSyntaxFailure) {
        guard !range.isEmpty else { throw SPFSyntaxFailure(.missingDomain, at: range.lowerBound) }
        guard tail < range.upperBound else { return }
        var end = range.upperBound
        if bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
        var start = end
        while start > tail, bytes[start - 1] != UInt8(ascii: ".") { start -= 1 }
        // The dot itself has to be there: "museum" alone is no name.
        guard start > tail, start < end, isTopLabel(bytes, start..<end) else {
            let isAddress = isLiteral && IPAddress(parsing: bytes.extracting(range)) != nil
            throw SPFSyntaxFailure(isAddress ? .addressAsDomain : .badDomain, at: range.lowerBound)
        }
    }

    /// Letters, digits and inner hyphens, not digits alone.
    private func isTopLabel(_ bytes: Span<UInt8>, _ label: Range<Int>) -> Bool {
        guard SPFCharacter.isAlphanumeric(bytes[label.lowerBound]),
            SPFCharacter.isAlphanumeric(bytes[label.upperBound - 1])
        else { return false }
        var isNumber = true
        for index in label {
            let byte = bytes[index]
            guard SPFCharacter.isAlphanumeric(byte) || byte == UInt8(ascii: "-") else { return false }
            if !SPFCharacter.isDigit(byte) { isNumber = false }
        }
        return !isNumber
    }
}
