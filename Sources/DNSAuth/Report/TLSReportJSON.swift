/// The JSON of RFC 8460 §4.4 as it may come.
struct TLSReportJSON: Decodable {
    struct Range: Decodable {
        var start: String?
        var end: String?
        enum CodingKeys: String, CodingKey {
            case start = "start-datetime"
            case end = "end-datetime"
        }
    }

    struct Policy: Decodable {
        var type: String?
        var strings: List<String>?
        var domain: String?
        var hosts: List<String>?
        enum CodingKeys: String, CodingKey {
            case type = "policy-type"
            case strings = "policy-string"
            case domain = "policy-domain"
            case hosts = "mx-host"
        }
    }

    struct Summary: Decodable {
        var successes: Count?
        var failures: Count?
        enum CodingKeys: String, CodingKey {
            case successes = "total-successful-session-count"
            case failures = "total-failure-session-count"
        }
    }

    struct Detail: Decodable {
        var result: String?
        var sendingAddress: String?
        var receivingHost: String?
        var receivingHELO: String?
        var receivingAddress: String?
        var count: Count?
        var information: String?
        var reasonCode: String?
        enum CodingKeys: String, CodingKey {
            case result = "result-type"
            case sendingAddress = "sending-mta-ip"
            case receivingHost = "receiving-mx-hostname"
            case receivingHELO = "receiving-mx-helo"
            case receivingAddress = "receiving-ip"
            case count = "failed-session-count"
            case information = "additional-information"
            case reasonCode = "failure-reason-code"
        }
    }

    struct Entry: Decodable {
        var policy: Policy?
        var summary: Summary?
        var details: List<Detail>?
        enum CodingKeys: String, CodingKey {
            case policy, summary
            case details = "failure-details"
        }
    }

    var organization: String?
    var range: Range?
    var contact: String?
    var reportID: String?
    var policies: List<Entry>?

    enum CodingKeys: String, CodingKey {
        case organization = "organization-name"
        case range = "date-range"
        case contact = "contact-info"
        case reportID = "report-id"
        case policies
    }

    /// A list, or one element where a list belongs.
    struct List<Element: Decodable>: Decodable {
        var values: [Element]
        var isOdd: Bool

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let values = try? container.decode([Element].self) {
                self.values = values
                isOdd = false
            } else {
                values = [try container.decode(Element.self)]
                isOdd = true
            }
        }
    }

    /// A number, or a string that holds one.
    struct Count: Decodable {
        var value: Int
        var isOdd: Bool

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Int.self) {
                self.value = value
                isOdd = value < 0
            } else {
                isOdd = true
                value = (try? container.decode(String.self)).flatMap { Int($0) } ?? 0
            }
        }
    }
}
