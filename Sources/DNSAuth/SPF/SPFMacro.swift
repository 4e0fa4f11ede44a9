/// A `macro-string` of RFC 7208 §7.1 in its parts: a target name, or the text of an explanation.
package struct SPFMacro: Hashable, Sendable {
    /// Which of the three uses it is read for.
    package enum Grammar: Hashable, Sendable {
        /// A name: ends in a dot and a top label, or in a macro.
        case domainSpec
        /// The value of an unknown modifier.
        case macroString
        /// `explain-string`: spaces, and the letters c, r and t, are allowed as well.
        case explanation
    }

    /// RFC 7208 §7.2.
    enum Letter: UInt8, Hashable, Sendable {
        case sender = 0x73
        case localPart = 0x6C
        case senderDomain = 0x6F
        case domain = 0x64
        case address = 0x69
        case validatedName = 0x70
        case version = 0x76
        case helo = 0x68
        case readableAddress = 0x63
        case receiver = 0x72
        case time = 0x74

        /// RFC 7208 §7.2: c, r and t.
        var isForExplanations: Bool { self == .readableAddress || self == .receiver || self == .time }
    }

    struct Expansion: Hashable, Sendable {
        var letter: Letter
        /// How many right-hand parts are kept; `nil` is all.
        var count: Int?
        var isReversed = false
        /// Bits of `SPFMacroReader.delimiterBit`; 0 stands for the dot.
        var delimiters: UInt8 = 0
        /// The letter was a capital (RFC 7208 §7.3).
        var isEscaped = false
    }

    enum Part: Hashable, Sendable {
        case literal([UInt8])
        case expansion(Expansion)
    }

    /// As published.
    package let text: String
    /// Empty: the text stands for itself.
    let parts: [Part]

    /// Whether it expands to the same for every message to which the record of one domain is applied.
    package var dependsOnMessage: Bool {
        parts.contains { if case .expansion(let expansion) = $0 { expansion.letter != .domain } else { false } }
    }

    /// `%{p}` costs DNS questions, so it is looked up only for those who use it.
    var needsValidatedName: Bool {
        parts.contains { if case .expansion(let expansion) = $0 { expansion.letter == .validatedName } else { false } }
    }

    /// Reads a range of visible ASCII (RFC 7208 §7.1).
    /// - Throws: a failure without its term, which only the caller knows.
    package init(
        parsing bytes: Span<UInt8>, _ range: Range<Int>, as grammar: Grammar
    ) throws(SPFSyntaxFailure) {
        var reader = SPFMacroReader(grammar)
        try reader.read(bytes, range)
        if grammar == .domainSpec { try reader.checkDomainEnd(bytes, range) }
        text = SPFCharacter.printable(bytes, range, limit: range.count)
        parts = reader.isLiteral ? [] : reader.parts
    }

    package init(parsing text: String, as grammar: Grammar) throws(SPFSyntaxFailure) {
        let bytes = text.utf8Span.span
        try self.init(parsing: bytes, 0..<bytes.count, as: grammar)
    }
}
