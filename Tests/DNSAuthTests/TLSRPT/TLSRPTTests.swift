import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

@Suite struct TLSRPTTests {
    @Test func recordsOfMox() throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/mox-vectors") else { return }
        let vectors = try MoxVectors(folder.appending(path: "tlsrpt_parse.json"))
        var tally = SuiteTally("tlsrpt/mox parse")
        for vector in vectors.cases {
            let found = (try? TLSRPTRecord(parsing: vector.input)).map(Self.describe)
            let wanted = vector.expected.first.map(Self.record)
            let name = "\(vector.function) \(vector.input.debugDescription)"
            tally.judge(name, found == wanted, "\(found ?? "refused") instead of \(wanted ?? "a refusal")")
        }
        tally.report(cases: 20)
    }

    @Test func lookupsOfMox() async throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/mox-vectors") else { return }
        let vectors = try MoxVectors(folder.appending(path: "tlsrpt_lookup.json"))
        var tally = SuiteTally("tlsrpt/mox lookup")
        for vector in vectors.cases {
            let check = TLSRPTCheck(resolver: try vectors.resolver(of: vector.test))
            let found = await check.record(for: Domain(canonical: vector.input))
            let agrees =
                switch found {
                case .found(let record):
                    vector.expected[1] == "nil" && Self.describe(record) == Self.record(vector.expected[0])
                case .absent: vector.expected[1] == "ErrNoRecord"
                case .several: vector.expected[1] == "ErrMultipleRecords"
                case .invalid: vector.expected[1] == "ErrRecordSyntax"
                case .failed: vector.expected[1] == "ErrDNS"
                }
            tally.judge(vector.input, agrees, "\(found)")
        }
        tally.report(cases: 7)
    }

    /// All addresses in their order, then what is not known.
    private static func describe(_ record: TLSRPTRecord) -> String {
        let destinations = record.destinations.map { destination in
            switch destination {
            case .mail(let address): "mailto:" + address
            case .https(let url), .other(let url): url
            }
        }
        return (destinations + record.extensions.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
    }

    private static func record(_ go: String) -> String {
        let parts = go.split(separator: "Extensions:", maxSplits: 1)
        let addresses = parts[0].drop { $0 != "," }.matches(of: /"([^"]*)"/).map { String($0.1) }
        let extensions =
            parts.count < 2 ? [] : parts[1].matches(of: /\{"([^"]*)", "([^"]*)"\}/).map { "\($0.1)=\($0.2)" }
        return (addresses + extensions).joined(separator: " ")
    }

    @Test func addressesAreDecodedAndURLsAreNot() throws {
        let record = try TLSRPTRecord(
            parsing: "v=TLSRPTv1;rua=mailto:a%2Bb@x.example?subject=no,HTTPS://x.example/%41?b=c%2C, news:comp.mail;y=1"
        )
        #expect(
            record.destinations == [
                .mail("a+b@x.example"), .https("HTTPS://x.example/%41?b=c%2C"), .other("news:comp.mail"),
            ])
        #expect(record.extensions == [.init(name: "y", value: "1")])
    }

    @Test(arguments: [
        "mailto:", "mailto:a", "mailto:@x.example", "mailto:a@", "mailto:a%0D%0ABcc:b@x.example", "mailto:a@x.example,",
        "mailto:a b@x.example", "mailto:a%4@x.example", "https:", "https:x.example", "https:///x", "https://", ":x",
        "1a:b", "mailto:a!b@x.example", "https://x.example/<>", "mailto:a@x.example mailto:b@x.example",
        "mailto:%FF@x.example%00",
    ])
    func isNoDestination(_ uri: String) {
        #expect(throws: PolicyRecordFailure.bad("rua")) { try TLSRPTRecord(parsing: "v=TLSRPTv1; rua=\(uri)") }
    }

    @Test func manyDestinationsAreCut() throws {
        let list = (0..<50).map { "mailto:r\($0)@x.example" }.joined(separator: ",")
        #expect(try TLSRPTRecord(parsing: "v=TLSRPTv1; rua=\(list)").destinations.count == 20)
    }

    @Test func anAddressLiteralHasNoRecord() async {
        var resolver = FakeResolver()
        resolver.txt["_smtp._tls.[192.0.2.1]"] = ["v=TLSRPTv1; rua=mailto:a@x.example"]
        #expect(await TLSRPTCheck(resolver: resolver).record(for: Domain(canonical: "[192.0.2.1]")) == .absent)
    }
}
