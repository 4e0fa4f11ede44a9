import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// Random zones and messages by the rules of RFC 7489, judged by the Python package authheaders as well.
@Suite struct AuthheadersDMARCTests {
    private static let script = """
        import json, sys, types
        import authheaders, authheaders.dmarc_lookup as lookup
        from publicsuffix2 import PublicSuffixList
        psl = PublicSuffixList(sys.argv[1].splitlines())
        for module in (authheaders, lookup):
            module.get_org_domain = psl.get_public_suffix
        out = []
        for row in json.load(sys.stdin):
            zone = row["zone"]
            spf = types.SimpleNamespace(result=row["spf"], smtp_mailfrom="x@" + row["mailfrom"])
            dkim = types.SimpleNamespace(result=row["dkim"], header_d=row["d"])
            result = authheaders.dmarc_per_from(row["from"], spf, dkim, dnsfunc=zone.get)
            out.append([result[0], result[3]])
        print(json.dumps(out))
        """
    private static let suffixes = "com\nuk\nco.uk\n*.ck\n!www.ck\n"
    private static let names = [
        "shop.com", "mail.shop.com", "a.mail.shop.com", "other.com", "shop.co.uk", "x.shop.co.uk", "co.uk", "b.c.ck",
        "a.b.c.ck", "www.ck", "y.www.ck",
    ]

    private struct Row {
        var zone: [String: String]
        var from: String
        var mailFrom: String
        var signer: String
        var spf: SPFResult
        var dkim: DKIMResult
    }

    private func rows(_ count: Int) -> [Row] {
        var generator = SeededGenerator(seed: 7_489)
        func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &generator)] }
        return (0..<count).map { _ in
            var zone: [String: String] = [:]
            for _ in 0..<Int.random(in: 0...9, using: &generator) {
                let tags = [
                    pick(["", "; sp=reject", "; sp=none", "; sp=quarantine"]), pick(["", "; adkim=s", "; adkim=r"]),
                    pick(["", "; aspf=s", "; aspf=R"]), pick(["", "; rua=mailto:a@b.example", "; pct=100"]),
                ]
                zone["_dmarc." + pick(Self.names)] =
                    "v=DMARC1; p=\(pick(["none", "reject", "quarantine"]))\(tags.joined())"
            }
            let from = pick(Self.names)
            let kin = Self.names.filter { $0.hasSuffix(from.suffix(3)) }
            return Row(
                zone: zone, from: from, mailFrom: pick(kin), signer: pick(Self.names),
                spf: pick([.pass, .fail, .none]), dkim: pick([.pass, .fail, .none]))
        }
    }

    @Test func sameVerdicts() async throws {
        guard let python = Tool.python(with: "authheaders, publicsuffix2", for: "DMARC beside authheaders") else {
            return
        }
        let rows = rows(3_000)
        let input = try JSONSerialization.data(
            withJSONObject: rows.map {
                [
                    "zone": $0.zone, "from": $0.from, "mailfrom": $0.mailFrom, "d": $0.signer,
                    "spf": $0.spf.rawValue, "dkim": $0.dkim.rawValue,
                ]
            })
        let run = try Tool.run(python, ["-c", Self.script, Self.suffixes], input: input)
        #expect(run.status == 0, "\(run.errors)")
        let theirs = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String]])
        let list = try PublicSuffixList(parsing: Self.suffixes)
        var counts: [String: Int] = [:]
        var explained = 0
        for (row, verdict) in zip(rows, theirs) {
            var table = FakeResolver()
            table.txt = row.zone.mapValues { [$0] }
            let outcome = await DMARCCheck(resolver: table, options: .rfc7489(suffixes: list)).evaluate(
                author: .domain(.name(row.from)), spf: [.mailFrom(row.spf, row.mailFrom)],
                dkim: [.signed(row.dkim, row.signer)])
            let ours = [outcome.result.rawValue, outcome.recordDomain == nil ? "" : outcome.policy.rawValue]
            counts[ours[0], default: 0] += 1
            if ours == verdict { continue }
            // RFC 7489 §6.3: sp is for subdomains. authheaders applies it to the domain that publishes it as well.
            let isOwn =
                outcome.recordDomain == outcome.author
                && row.zone["_dmarc.\(row.from)"]?.contains("sp=\(verdict[1])") == true
            #expect(isOwn && ours[0] == verdict[0], "\(row): \(ours), theirs \(verdict)")
            explained += 1
        }
        print(
            "conformance dmarc/authheaders 7489: \(rows.count) cases, \(rows.count - explained) agree, "
                + "\(explained) deviations listed (sp= applied to its own domain by authheaders, RFC 7489 §6.3)")
        #expect(theirs.count == rows.count && explained == 490)
        for result in ["pass", "fail", "none"] { #expect((counts[result] ?? 0) > 200, "\(counts)") }
    }
}
