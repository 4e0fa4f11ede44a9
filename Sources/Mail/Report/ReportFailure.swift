/// Why what came in as a report is none that can be read. What a stranger wrote is not repeated, apart from names of
/// fields that are known.
public enum ReportFailure: Error, Hashable, Sendable {
    /// The message has no part that could be a report.
    case noReport
    case empty
    /// Bytes after unpacking; a bomb, or a report that nobody needs.
    case tooLarge(limit: Int)
    /// Unpacked, it is more than this many times as long as packed.
    case tooDense(limit: Int)
    /// A container in a container.
    case nestedContainer
    case tooManyMembers(limit: Int)
    case encrypted
    /// A broken gzip or zip file, or one that uses what is not supported.
    case damagedContainer(reason: String)
    /// DOCTYPE and entity declarations have no place in a report, and attacks begin with them.
    case documentType
    case tooDeep(limit: Int)
    case tooManyElements(limit: Int)
    case tooManyRows(limit: Int)
    /// XML that is no report, or not even XML.
    case notAggregate
    case notJSON
    /// JSON that is no TLS report.
    case notTLSReport
    case notFeedback
    /// Without it nothing can be said about the rest.
    case missing(field: String)
}

extension ReportFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noReport: "no part of the message is a report"
        case .empty: "the report is empty"
        case .tooLarge(let limit): "the report is longer than \(limit) bytes"
        case .tooDense(let limit): "the report is packed more than \(limit) to one"
        case .nestedContainer: "the container holds another container"
        case .tooManyMembers(let limit): "the archive has more than \(limit) members"
        case .encrypted: "the archive is encrypted"
        case .damagedContainer(let reason): "the container is damaged: \(reason)"
        case .documentType: "the report has a DOCTYPE or entity declaration"
        case .tooDeep(let limit): "elements are nested deeper than \(limit)"
        case .tooManyElements(let limit): "the report has more than \(limit) elements"
        case .tooManyRows(let limit): "the report has more than \(limit) rows"
        case .notAggregate: "not a DMARC aggregate report"
        case .notJSON: "not JSON"
        case .notTLSReport: "not a TLS report"
        case .notFeedback: "not a feedback report"
        case .missing(let field): "the field \(field) is missing"
        }
    }
}
