import Foundation
import Mail

/// JSON in a column. Keys are sorted, so that equal values are equal texts.
enum ReportDetail {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}

/// What an aggregate report says besides its rows and what lists show.
struct AggregateDetail: Codable {
    var policy: AggregatePolicy
    var email: String
    var contact: String
    var errors: [String]
    var generator: String
}

/// What a row says besides the columns that questions are asked about.
struct AggregateRowDetail: Codable {
    var envelopeFrom: String?
    var envelopeTo: String?
    var overrides: [AggregateOverride]
    var dkim: [AggregateDKIM]
    var spf: [AggregateSPF]

    init(_ row: AggregateRow) {
        envelopeFrom = row.envelopeFrom
        envelopeTo = row.envelopeTo
        overrides = row.overrides
        dkim = row.dkim
        spf = row.spf
    }
}

struct TLSDetail: Codable {
    var contact: String
    var policies: [TLSReportPolicy]
}

/// A feedback report; its original stands in a column of bytes.
struct FeedbackDetail: Codable {
    var kind: String
    var kindText: String
    var userAgent: String
    var version: String
    var originalMailFrom: String?
    var originalRecipients: [String]
    var removalRecipients: [String]
    var originalEnvelopeID: String?
    var arrivalDate: Int64?
    var reportingMTA: String?
    var sourceAddress: String?
    var sourcePort: Int?
    var incidents: Int
    var authenticationResults: [String]
    var reportedDomains: [String]
    var reportedURIs: [String]
    var authFailure: String?
    var deliveryResult: String?
    var identityAlignment: [String]
    /// Domain, identity, selector, key record, canonical header, canonical body, SPF record.
    var dkim: [String?]
    var isOriginalComplete: Bool

    init(_ report: FeedbackReport) {
        kind = report.kind.rawValue
        kindText = report.kindText
        userAgent = report.userAgent
        version = report.version
        originalMailFrom = report.originalMailFrom
        originalRecipients = report.originalRecipients
        removalRecipients = report.removalRecipients
        originalEnvelopeID = report.originalEnvelopeID
        arrivalDate = report.arrivalDate?.milliseconds
        reportingMTA = report.reportingMTA
        sourceAddress = report.sourceAddress.map { "\($0)" }
        sourcePort = report.sourcePort
        incidents = report.incidents
        authenticationResults = report.authenticationResults
        reportedDomains = report.reportedDomains
        reportedURIs = report.reportedURIs
        authFailure = report.authFailure?.rawValue
        deliveryResult = report.deliveryResult?.rawValue
        identityAlignment = report.identityAlignment
        dkim = [
            report.dkimDomain, report.dkimIdentity, report.dkimSelector, report.dkimSelectorDNS,
            report.dkimCanonicalizedHeader, report.dkimCanonicalizedBody, report.spfDNS,
        ]
        isOriginalComplete = report.isOriginalComplete
    }

    func report(original: [UInt8]) -> FeedbackReport {
        var report = FeedbackReport(kind: FeedbackReport.Kind(rawValue: kind) ?? .other, kindText: kindText)
        report.userAgent = userAgent
        report.version = version
        report.originalMailFrom = originalMailFrom
        report.originalRecipients = originalRecipients
        report.removalRecipients = removalRecipients
        report.originalEnvelopeID = originalEnvelopeID
        report.arrivalDate = arrivalDate.map(WallTime.init(milliseconds:))
        report.reportingMTA = reportingMTA
        report.sourceAddress = sourceAddress.flatMap { IPAddress($0) }
        report.sourcePort = sourcePort
        report.incidents = incidents
        report.authenticationResults = authenticationResults
        report.reportedDomains = reportedDomains
        report.reportedURIs = reportedURIs
        report.authFailure = authFailure.flatMap(FeedbackReport.AuthFailure.init(rawValue:))
        report.deliveryResult = deliveryResult.flatMap(FeedbackReport.DeliveryResult.init(rawValue:))
        report.identityAlignment = identityAlignment
        if dkim.count == 7 {
            report.dkimDomain = dkim[0]
            report.dkimIdentity = dkim[1]
            report.dkimSelector = dkim[2]
            report.dkimSelectorDNS = dkim[3]
            report.dkimCanonicalizedHeader = dkim[4]
            report.dkimCanonicalizedBody = dkim[5]
            report.spfDNS = dkim[6]
        }
        report.isOriginalComplete = isOriginalComplete
        report.original = original
        if !original.isEmpty { report.originalHeader = HeaderSummary.scan(original) }
        return report
    }
}
