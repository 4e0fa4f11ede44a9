import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// Published records and policies.
@Suite struct MTASTSVectorTests {
    @Test func recordsAndPoliciesOfMox() throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/mox-vectors") else { return }
        let vectors = try MoxVectors(folder.appending(path: "mtasts_parse.json"))
        var tally = SuiteTally("mta-sts/mox parse")
        for vector in vectors.cases {
            let name = "\(vector.test) \(vector.function) \(vector.input.debugDescription)"
            let found: String?
            switch vector.test {
            case "TestRecord": found = try? Self.describe(MTASTSRecord(parsing: vector.input))
            case "TestParsePolicy":
                found = try? Self.describe(MTASTSPolicyParser.parse(Array(vector.input.utf8), id: ""))
            default: throw CocoaError(.fileReadCorruptFile)
            }
            let wanted = vector.expected.first.map { vector.test == "TestRecord" ? Self.record($0) : Self.policy($0) }
            tally.judge(name, found == wanted, "\(found ?? "refused") instead of \(wanted ?? "a refusal")")
        }
        tally.report(cases: 42)
    }

    @Test func lookupsOfMox() async throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/mox-vectors") else { return }
        let vectors = try MoxVectors(folder.appending(path: "mtasts_mtasts.json"))
        var tally = SuiteTally("mta-sts/mox lookup")
        for vector in vectors.cases {
            let check = MTASTSCheck(resolver: try vectors.resolver(of: vector.test), fetcher: NoFetcher())
            let found = await check.record(for: Domain(canonical: vector.input))
            var isEqual = true
            if case .found(let record) = found { isEqual = Self.describe(record) == Self.record(vector.expected[0]) }
            let isExpected =
                switch found {
                case .found: vector.expected[1] == "nil"
                case .absent: vector.expected[1] == "ErrNoRecord"
                case .several: vector.expected[1] == "ErrMultipleRecords"
                case .invalid: vector.expected[1] == "ErrRecordSyntax"
                case .failed: vector.expected[1] == "ErrDNS"
                }
            tally.judge(vector.input, isExpected && isEqual, "\(found)")
        }
        tally.report(cases: 9)
    }

    @Test func recordsOfMailAuth() throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/mail-auth-vectors") else { return }
        let json = try Conformance.json(folder.appending(path: "mta_sts_parse.json")) as? [String: Any]
        let cases = try #require(json?["cases"] as? [[String: Any]])
        var tally = SuiteTally("mta-sts, tlsrpt/mail-auth")
        for entry in cases {
            let values = try #require(entry["values"] as? [Any])
            let input = try #require(values.first as? String)
            let wanted = try #require((values.last as? [String: String])?["rs"])
            let texts = wanted.matches(of: /"([^"]*)"/).map { String($0.1) }
            switch entry["test"] as? String {
            case "mta_sts_record_parse":
                let record = try? MTASTSRecord(parsing: input)
                tally.judge(input, record == MTASTSRecord(id: texts[0]), "\(String(describing: record))")
            case "tlsrpt_parse":
                let record = try? TLSRPTRecord(parsing: input)
                let kinds = wanted.matches(of: /ReportUri::(Mail|Http)/).map { String($0.1) }
                let list = zip(kinds, texts).map { kind, text in
                    kind == "Mail" ? TLSRPTRecord.Destination.mail(text) : .https(text)
                }
                tally.judge(input, record?.destinations == list, "\(String(describing: record))")
            default: Issue.record("an unknown test")
            }
        }
        tally.report(cases: 5)
    }

    /// The file of RFC 8461 §3.2, which kumomta's tests read as well; its text is not among the vectors.
    static let sample = """
        version: STSv1
        mode: enforce
        mx: mail.example.com
        mx: *.example.net
        mx: backupmx.example.com
        max_age: 604800

        """

    @Test func assertionsOfKumoMTA() async throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/kumomta-vectors") else { return }
        var tally = SuiteTally("mta-sts/kumomta")
        for file in ["dns.json", "policy.json"] {
            let json = try Conformance.json(folder.appending(path: file)) as? [String: Any]
            for entry in try #require(json?["cases"] as? [[String: Any]]) {
                let literals = entry["let_literals"] as? [String: [String]] ?? [:]
                for assertion in try #require(entry["assertions"] as? [[String: Any]]) {
                    let subject = try #require(assertion["subject"] as? String)
                    let inputs = assertion["input_literals"] as? [String] ?? []
                    let expected = (assertion["expected"] as? [String])?.first ?? ""
                    switch entry["test"] as? String {
                    case "test_parse_dns_record":
                        var resolver = FakeResolver()
                        let pair = try #require(literals["resolver"])
                        resolver.txt[pair[0]] = [pair[1]]
                        let check = MTASTSCheck(resolver: resolver, fetcher: NoFetcher())
                        let found = await check.record(for: Domain(canonical: literals["result"]?.first ?? ""))
                        let id = expected.firstMatch(of: /id: "([^"]*)"/).map { String($0.1) } ?? ""
                        tally.judge(subject, found == .found(MTASTSRecord(id: id)), "\(found)")
                    case "get_policy":
                        let url = MTASTSCheck.url(for: Domain(canonical: "example.com"))
                        let isSame = url == literals["getter"]?.first
                        let fetched = HTTPFetched(status: 200, contentType: "text/plain", body: Array(Self.sample.utf8))
                        guard case .policy(let policy) = MTASTSCheck.judge(fetched, id: "") else {
                            tally.judge(subject, false, "refused")
                            continue
                        }
                        tally.judge(subject, isSame && Self.describe(policy) == Self.kumoPolicy(expected))
                    case "parse_policy":
                        let policy = try MTASTSPolicyParser.parse(Array(Self.sample.utf8), id: "")
                        tally.judge(subject, Self.describe(policy) == Self.kumoPolicy(expected))
                    case "name_matching":
                        let matches = MTASTSPolicy.matches(host: inputs[0], pattern: inputs[1])
                        tally.judge(subject, matches == !subject.hasPrefix("!"))
                    default: Issue.record("an unknown test")
                    }
                }
            }
        }
        tally.report(cases: 10)
    }

    // MARK: Both sides as one text

    private static func describe(_ record: MTASTSRecord) -> String {
        record.id + record.extensions.map { " \($0.name)=\($0.value)" }.joined()
    }

    /// Extensions are checked and left out: they mean nothing to a policy.
    private static func describe(_ policy: MTASTSPolicy) -> String {
        "\(policy.mode) \(policy.maxAge) \(policy.mx.joined(separator: " "))"
    }

    private static func record(_ go: String) -> String {
        let id = go.firstMatch(of: /ID: "([^"]*)"/).map { String($0.1) } ?? "?"
        return id + go.matches(of: /\{"([^"]*)", "([^"]*)"\}/).map { " \($0.1)=\($0.2)" }.joined()
    }

    private static func policy(_ go: String) -> String {
        let mode = go.firstMatch(of: /Mode: Mode(\w+)/).map { $0.1.lowercased() } ?? "?"
        let age = go.firstMatch(of: /MaxAgeSeconds: (\d+)/).map { String($0.1) } ?? "?"
        let mx = go.matches(of: /\{(Wildcard: true, )?Domain: dns.Domain\{ASCII: "([^"]*)"\}\}/).map {
            ($0.1 == nil ? "" : "*.") + $0.2
        }
        return "\(mode) \(age) \(mx.joined(separator: " "))"
    }

    private static func kumoPolicy(_ rust: String) -> String {
        let mode = rust.firstMatch(of: /mode: (\w+)/).map { $0.1.lowercased() } ?? "?"
        let age = rust.firstMatch(of: /max_age: (\d+)/).map { String($0.1) } ?? "?"
        let mx = rust.matches(of: /"([^"]*)"/).map { String($0.1) }
        return "\(mode) \(age) \(mx.joined(separator: " "))"
    }
}

/// Must not be asked.
struct NoFetcher: HTTPFetcher {
    func fetch(_ request: HTTPFetch) async throws(HTTPFetchFailure) -> HTTPFetched { throw .unreachable(reason: "") }
}
