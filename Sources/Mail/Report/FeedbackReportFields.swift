/// What each field of a feedback report means (RFC 5965 §3.1-§3.3, RFC 6591 §3.2, RFC 9991 §4).
enum FeedbackReportFields {
    /// - Parameter name: lower-case. Fields that nobody registered are passed over.
    static func set(_ name: String, to value: String, in report: inout FeedbackReport, limit: Int) {
        switch name {
        case "feedback-type": setKind(value, in: &report)
        case "user-agent": report.userAgent = value
        case "version": report.version = value
        case "original-mail-from": report.originalMailFrom = value
        case "original-rcpt-to": append(value, to: &report.originalRecipients, limit)
        case "removal-recipient": append(value, to: &report.removalRecipients, limit)
        case "original-envelope-id": report.originalEnvelopeID = value
        // RFC 5965 §3.2: Received-Date is the name of an older draft.
        case "arrival-date", "received-date":
            report.arrivalDate = WallTime(mailDate: value) ?? report.arrivalDate
        case "reporting-mta": report.reportingMTA = withoutType(value)
        case "source-ip": report.sourceAddress = address(value) ?? report.sourceAddress
        case "source-port": report.sourcePort = Int(value).flatMap { (0...65_535).contains($0) ? $0 : nil }
        case "incidents": report.incidents = Int(value).flatMap { $0 > 0 ? $0 : nil } ?? report.incidents
        case "authentication-results": append(value, to: &report.authenticationResults, limit)
        case "reported-domain": append(value.lowercased(), to: &report.reportedDomains, limit)
        case "reported-uri": append(value, to: &report.reportedURIs, limit)
        case "auth-failure":
            report.authFailure = keyword(value, "auth-failure", &report.repairs)
        case "delivery-result":
            report.deliveryResult = keyword(value, "delivery-result", &report.repairs)
        case "identity-alignment":
            report.identityAlignment = value.lowercased().split { $0 == "," || $0 == " " }.prefix(limit).map(
                String.init)
        default: setDetail(name, value, in: &report)
        }
    }

    private static func setDetail(_ name: String, _ value: String, in report: inout FeedbackReport) {
        switch name {
        case "dkim-domain": report.dkimDomain = value
        case "dkim-identity": report.dkimIdentity = value
        case "dkim-selector": report.dkimSelector = value
        case "dkim-selector-dns": report.dkimSelectorDNS = value
        case "dkim-canonicalized-header": report.dkimCanonicalizedHeader = value.filter { $0 != " " }
        case "dkim-canonicalized-body": report.dkimCanonicalizedBody = value.filter { $0 != " " }
        case "spf-dns": report.spfDNS = value
        default: break
        }
    }

    private static func setKind(_ value: String, in report: inout FeedbackReport) {
        let word = value.lowercased()
        report.kindText = word
        guard let kind = FeedbackReport.Kind(rawValue: word) else {
            report.kind = .other
            report.repairs.append(.unknownValue(field: "feedback-type"))
            return
        }
        report.kind = kind
    }

    private static func keyword<Word: RawRepresentable<String>>(
        _ value: String, _ field: String, _ repairs: inout [ReportRepair]
    ) -> Word? {
        // A comment or a second word may follow.
        let word = value.lowercased().prefix { $0.isLetter || $0 == "-" }
        if let found = Word(rawValue: String(word)) { return found }
        repairs.append(.unknownValue(field: field))
        return nil
    }

    private static func append(_ value: String, to list: inout [String], _ limit: Int) {
        if list.count < limit, !value.isEmpty { list.append(value) }
    }

    /// `dns; mail.example.com` (RFC 3464 §2.1.2).
    private static func withoutType(_ value: String) -> String {
        guard let semicolon = value.firstIndex(of: ";") else { return value }
        return String(value[value.index(after: semicolon)...].drop { $0 == " " })
    }

    /// Some put the host name in parentheses behind the address, or the address in brackets.
    static func address(_ value: String) -> IPAddress? {
        let word = value.split { $0 == " " || $0 == "(" || $0 == "[" || $0 == "]" }.first.map(String.init) ?? ""
        return IPAddress(word.hasPrefix("IPv6:") ? String(word.dropFirst(5)) : word)
    }
}
