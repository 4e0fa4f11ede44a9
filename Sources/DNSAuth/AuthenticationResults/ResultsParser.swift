extension AuthenticationResults {
    private static let byteLimit = 65_536
    private static let findingLimit = 256
    private static let propertyLimit = 64

    /// The value of a field, behind its colon.
    package init(parsing value: Span<UInt8>) throws(AuthenticationResultsFailure) {
        guard value.count <= Self.byteLimit else { throw .tooLong }
        var scanner = ResultsScanner(value)
        authority = try Self.authority(&scanner)
        findings = []
        while scanner.take(UInt8(ascii: ";")) {
            scanner.skipBlanksAndComments()
            // Real fields end in a semicolon, or have two in a row; neither says anything.
            guard let next = scanner.next, next != UInt8(ascii: ";") else { continue }
            guard findings.count < Self.findingLimit else { throw .tooLong }
            if let finding = try Self.finding(&scanner) { findings.append(finding) }
        }
        guard scanner.isAtEnd else { throw .badFinding(at: scanner.at) }
    }

    /// The authserv-id, and the version behind it; stops at the semicolon or the end.
    static func authority(_ scanner: inout ResultsScanner) throws(AuthenticationResultsFailure) -> String {
        scanner.skipBlanksAndComments()
        guard let authority = scanner.value(until: "="), !authority.isEmpty else { throw .noAuthority }
        scanner.skipBlanksAndComments()
        guard let next = scanner.next, next != UInt8(ascii: ";") else { return authority }
        guard let version = scanner.word(until: "="), version.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else {
            throw .noAuthority
        }
        scanner.skipBlanksAndComments()
        guard scanner.isAtEnd || scanner.next == UInt8(ascii: ";") else { throw .noAuthority }
        guard Int(version) == 1 else { throw .unsupportedVersion }
        return authority
    }

    /// `nil` for `none`.
    private static func finding(
        _ scanner: inout ResultsScanner
    ) throws(AuthenticationResultsFailure) -> AuthenticationResults.Finding? {
        guard let method = scanner.word(until: "=/") else { throw .badFinding(at: scanner.at) }
        scanner.skipBlanksAndComments()
        var version = 1
        if scanner.take(UInt8(ascii: "/")) {
            scanner.skipBlanksAndComments()
            guard let number = scanner.word(until: "=").flatMap({ Int($0) }), number >= 0 else {
                throw .badFinding(at: scanner.at)
            }
            version = number
            scanner.skipBlanksAndComments()
        }
        guard scanner.take(UInt8(ascii: "=")) else {
            guard method == "none", scanner.isAtEnd || scanner.next == UInt8(ascii: ";") else {
                throw .badFinding(at: scanner.at)
            }
            return nil
        }
        scanner.skipBlanksAndComments()
        guard let result = scanner.word(until: "=") else { throw .badFinding(at: scanner.at) }
        var finding = Finding(method, result, version: version)
        scanner.comment = nil
        scanner.skipBlanksAndComments()
        finding.comment = scanner.comment
        while let next = scanner.next, next != UInt8(ascii: ";") {
            try property(&scanner, into: &finding)
            scanner.skipBlanksAndComments()
        }
        return finding
    }

    private static func property(
        _ scanner: inout ResultsScanner, into finding: inout AuthenticationResults.Finding
    ) throws(AuthenticationResultsFailure) {
        guard let first = scanner.word(until: ".=") else { throw .badFinding(at: scanner.at) }
        scanner.skipBlanksAndComments()
        var type = ""
        var name = first
        if scanner.take(UInt8(ascii: ".")) {
            scanner.skipBlanksAndComments()
            guard let second = scanner.word(until: "=") else { throw .badFinding(at: scanner.at) }
            type = first
            name = second
            scanner.skipBlanksAndComments()
        }
        guard scanner.take(UInt8(ascii: "=")) else { throw .badFinding(at: scanner.at) }
        scanner.skipBlanksAndComments()
        let value = scanner.value() ?? ""
        if type.isEmpty, name == "reason", finding.reason == nil {
            finding.reason = value
        } else {
            guard finding.properties.count < propertyLimit else { throw .tooLong }
            finding.properties.append(Property(type, name, value))
        }
    }
}
