import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// mox's tests of look-up, of external reports and of the verdict, by RFC 7489 with the public suffix list.
@Suite struct MoxLookupTests {
    private static let malformed =
        "RFC 7489 §6.3: errors behind v and p are ignored; mox gives the record up ('bogus' is no pair)"
    private static let deviations = [
        "TestLookup malformed.example": malformed, "TestVerify malformed.example": malformed,
    ]

    private struct Case {
        var test: String
        var arguments: [Any]

        func text(_ index: Int) -> String { arguments[index] as? String ?? "" }
        func go(_ index: Int) -> String { (arguments[index] as? [String: String])?["go"] ?? "" }
    }

    @Test func lookupAndVerify() async throws {
        guard let folder = Conformance.folder("dmarc/mox-vectors"), let psl = Conformance.folder("psl") else { return }
        let parsed = try Conformance.json(folder.appending(path: "dmarc_dmarc.json"))
        let file = try #require(parsed as? [String: Any])
        let zones = try #require(file["dns_zone_by_test"] as? [String: [String]]).mapValues {
            Self.resolver($0.joined())
        }
        let list = try #require(file["cases"] as? [[String: Any]])
        let suffixes = try PublicSuffixList(path: psl.appending(path: "public_suffix_list.dat").path, sections: .icann)
        var agreed = 0
        var deviated: Set<String> = []
        for entry in list {
            let test = Case(
                test: try #require(entry["test"] as? String), arguments: try #require(entry["args"] as? [Any]))
            let resolver = try #require(zones[test.test])
            let (ours, theirs) =
                switch test.test {
                case "TestLookup": await Self.looked(test, resolver, suffixes)
                case "TestLookupExternalReportsAccepted": await Self.external(test, resolver, suffixes)
                default: try await Self.verified(test, resolver, suffixes)
                }
            let name = "\(test.test) \(test.text(0))"
            if ours == theirs { agreed += 1 }
            if let reason = Self.deviations[name] {
                #expect(ours != theirs, "\(name) is listed as a deviation and agrees")
                deviated.insert(name)
                print("deviation dmarc/mox-vectors \(name): \(reason)")
            } else {
                #expect(ours == theirs, "\(name)")
            }
        }
        print(
            "conformance dmarc/mox-vectors lookup and verify: \(list.count) cases, \(agreed) agree, "
                + "\(Self.deviations.count) deviations listed")
        #expect(list.count == 30)
        #expect(deviated.count == Self.deviations.count)
        #expect(agreed == 28)
    }

    private static func resolver(_ go: String) -> FakeResolver {
        var resolver = FakeResolver()
        for match in go.matches(of: /"(\S+)\.":\s*\{(.*?)\}/) {
            resolver.txt[String(match.1)] = String(match.2).matches(of: /"(.*?)"/).map { String($0.1) }
        }
        for match in go.matches(of: /"txt (\S+)\."/) { resolver.failures[String(match.1)] = .server(rcode: 2) }
        return resolver
    }

    private static func looked(
        _ test: Case, _ resolver: FakeResolver, _ suffixes: PublicSuffixList
    ) async -> (String, String) {
        let discovery = DMARCDiscovery(resolver: resolver, rules: .rfc7489(suffixes: suffixes))
        let domain = Domain.name(test.text(0))
        let theirs = "\(test.go(1)) \(test.text(2)) \(test.go(3)) \(test.go(4))"
        do throws(ResolverFailure) {
            if let finding = try await discovery.find(for: domain) {
                return ("StatusNone \(finding.domain) &r nil", theirs)
            }
            let count = try await discovery.recordCount(at: domain)
            return ("StatusNone \(domain) nil \(count > 1 ? "ErrMultipleRecords" : "ErrNoRecord")", theirs)
        } catch {
            return ("StatusTemperror \(domain) nil ErrDNS", theirs)
        }
    }

    private static func external(
        _ test: Case, _ resolver: FakeResolver, _ suffixes: PublicSuffixList
    ) async -> (String, String) {
        let check = DMARCReportCheck(resolver: resolver, rules: .rfc7489(suffixes: suffixes))
        let verdict = await check.verdict(on: .name(test.text(1)), of: .name(test.text(0)))
        let ours =
            switch verdict {
            case .sameOrganization: "same"
            case .authorized: "StatusNone true nil"
            case .refused(let reason) where reason.hasSuffix("malformed"): "StatusPermerror false ErrSyntax"
            case .refused: "StatusNone false ErrNoRecord"
            case .temperror: "StatusTemperror false ErrDNS"
            }
        return (ours, "\(test.go(2)) \(test.go(3)) \(test.go(4))")
    }

    private static func verified(
        _ test: Case, _ resolver: FakeResolver, _ suffixes: PublicSuffixList
    ) async throws -> (String, String) {
        func asked(_ go: String) -> String? { go.firstMatch(of: /ASCII: "(.*?)"/).map { String($0.1) } }
        func word(_ go: String) -> String { (go.firstMatch(of: /Status(\w+)/).map { String($0.1) } ?? "").lowercased() }
        var spf: [SPFOutcome] = []
        if let domain = asked(test.go(3)) {
            spf = [.mailFrom(try #require(SPFResult(rawValue: word(test.go(2)))), domain)]
        }
        var dkim: [DKIMOutcome] = []
        if let domain = asked(test.go(1)) {
            dkim = [.signed(try #require(DKIMResult(rawValue: word(test.go(1)))), domain)]
        }
        var options = DMARCOptions.rfc7489(suffixes: suffixes)
        options.sample = { 50 }
        let outcome = await DMARCCheck(resolver: resolver, options: options).evaluate(
            author: .domain(.name(test.text(0))), spf: spf, dkim: dkim)
        // mox: to be rejected, and whether the result is to be used (pct).
        let isRejected = outcome.result == .fail && outcome.policy == .reject
        let isUsed = outcome.recordDomain != nil && (outcome.result != .fail || outcome.disposition == outcome.policy)
        let ours =
            "\(isUsed) \(isRejected) \(outcome.result) \(outcome.isSPFAligned) \(outcome.isDKIMAligned) "
            + "\((outcome.recordDomain ?? outcome.author)?.text ?? "")"
        let result = try #require(test.go(5).firstMatch(of: /Result\{(\w+), Status(\w+), (\w+), (\w+), dns/))
        let theirs =
            "\(test.go(4)) \(result.1) \(result.2.lowercased()) \(result.3) \(result.4) \(asked(test.go(5)) ?? "")"
        return (ours, theirs)
    }
}
