import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// Reports to somebody else's address (RFC 9990 §4).
@Suite struct DMARCReportCheckTests {
    private func verdict(
        _ uri: String, _ txt: [String: [String]] = [:], _ kind: DMARCReportCheck.Kind = .aggregate
    )
        async throws -> DMARCReportCheck.Verdict
    {
        let resolver = RecordingResolver(
            txt: txt.merging(["_dmarc.shop.example": ["v=DMARC1; p=none"]]) { a, _ in a })
        let address = try #require(DMARCReportURI(Array(uri.utf8)[...]))
        return await DMARCReportCheck(resolver: resolver).verdict(on: address, of: .name("shop.example"), for: kind)
    }

    private static let place = "shop.example._report._dmarc.stats.example"

    @Test func ownOrganization() async throws {
        #expect(try await verdict("mailto:a@shop.example") == .sameOrganization)
        #expect(try await verdict("mailto:a@reports.shop.example") == .sameOrganization)
    }

    @Test func strangersMustAgree() async throws {
        let silent = try await verdict("mailto:a@stats.example")
        #expect(silent == .refused(reason: "\(Self.place) has no DMARC record"))
        #expect(try await verdict("mailto:a@stats.example", [Self.place: ["v=DMARC1"]]) == .authorized(replacement: []))
        let broken = try await verdict("mailto:a@stats.example", [Self.place: ["v=DMARC1; bogus"]])
        #expect(broken == .refused(reason: "the record at \(Self.place) is malformed"))
        let other = try await verdict("mailto:a@stats.example", [Self.place: ["v=spf1 -all"]])
        #expect(other == .refused(reason: "\(Self.place) has no DMARC record"))
    }

    @Test func wildcardOfAReportService() async throws {
        #expect(
            try await verdict("mailto:a@stats.example", [Self.place: ["v=DMARC1;", "other"]])
                == .authorized(replacement: []))
    }

    /// Only an address at the same host may take the place of the one that was asked about.
    @Test func replacement() async throws {
        let record = "v=DMARC1; rua=mailto:new@stats.example,mailto:x@evil.example; ruf=mailto:f@stats.example"
        guard case .authorized(let aggregate) = try await verdict("mailto:a@stats.example", [Self.place: [record]]),
            case .authorized(let failure) = try await verdict(
                "mailto:a@stats.example", [Self.place: [record]], .failure)
        else {
            Issue.record("not authorized")
            return
        }
        #expect(aggregate.map(\.text) == ["mailto:new@stats.example"])
        #expect(failure.map(\.text) == ["mailto:f@stats.example"])
    }

    @Test func whereNoMailGoes() async throws {
        let web = try await verdict("https://stats.example/")
        #expect(web == .refused(reason: "'https' is no scheme that reports are sent by"))
        let address = try await verdict("mailto:a@[192.0.2.1]")
        #expect(address == .refused(reason: "the destination is an address"))
        let long = String(repeating: "a", count: 60)
        let name = try await verdict("mailto:a@\(long).\(long).\(long).\(long).example")
        #expect(name == .refused(reason: "the name to ask at is too long"))
    }

    @Test func silence() async {
        let resolver = RecordingResolver(FakeResolver(), failure: .timeout)
        let verdict = await DMARCReportCheck(resolver: resolver).verdict(
            on: .name("stats.example"), of: .name("shop.example"))
        #expect(verdict == .temperror(reason: "timeout"))
    }
}
