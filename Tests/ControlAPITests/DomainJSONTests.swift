import Foundation
import Mail
import Testing

@testable import ControlAPI
@testable import Service

/// What the domain routes answer.
@Suite struct DomainJSONTests {
    private static let now = WallTime(milliseconds: 1_768_478_400_000)

    private static func view(checked: Bool) -> DomainView {
        var domain = SendingDomain(
            id: UUIDv7(at: now, random: (0, 1)), tenant: UUIDv7(at: now, random: (0, 2)),
            name: Domain(canonical: "shop.example"), status: .pending,
            dkim: [
                DKIMKey(
                    selector: "mt202601r", algorithm: .rsaSHA256, privateKey: [0xDE, 0xAD], publicKey: [0x30, 0x82],
                    state: .retiring, createdAt: now, activatedAt: now, removableAt: now + .seconds(7 * 86_400)),
                DKIMKey(
                    selector: "mt202601r2", algorithm: .rsaSHA256, privateKey: [0xDE, 0xAD], publicKey: [1],
                    state: .publishedPending, createdAt: now),
            ], createdAt: now, nextCheck: now + .seconds(60))
        var findings: [DomainFinding] = []
        if checked {
            domain.checkedAt = now + .seconds(5)
            domain.score = 73
            domain.status = .verified
            domain.verifiedAt = now
            domain.failingSince = now + .seconds(5)
            findings = [
                DomainFinding(
                    .spf, .mismatch, record: "shop.example", type: "TXT", published: ["v=spf1 -all"],
                    expected: ["v=spf1 a:mx.example -all"], advice: "Put \"a:mx.example\" into it.", isRequired: true,
                    weight: 25),
                DomainFinding(.dkim(selector: "mt202601r"), .ok, record: "r", type: "TXT", weight: 25),
                DomainFinding(.dkim(selector: "mt202601r2"), .missing, record: "r2", type: "TXT", advice: "Publish."),
                DomainFinding(
                    .tlsReports, .optional, record: "_smtp._tls.shop.example", type: "TXT", advice: "May be."),
            ]
        }
        return DomainView(
            domain: domain, records: DNSAdvice(hostname: "mx.example").records(for: domain, findings: findings),
            findings: findings)
    }

    /// As a client reads it.
    private static func read(_ value: JSONValue) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(JSONWriter.bytes(of: value)))
        return try #require(object as? [String: Any])
    }

    @Test func `A new domain shows its records and keys, and never a private key`() throws {
        let shown = try Self.read(DomainJSON.shown(Self.view(checked: false)))
        #expect(
            Set(shown.keys) == [
                "id", "domain", "status", "score", "dns_records", "dkim_keys", "created_at", "verified_at",
                "failing_since", "checked_at", "next_check_at",
            ])
        #expect(shown["status"] as? String == "pending" && shown["score"] is NSNull && shown["checked_at"] is NSNull)
        #expect(shown["next_check_at"] as? String == "2026-01-15T12:01:00Z")
        let records = try #require(shown["dns_records"] as? [[String: Any]])
        #expect(
            records.map { $0["name"] as? String } == [
                "mt202601r._domainkey.shop.example", "mt202601r2._domainkey.shop.example", "shop.example",
                "_dmarc.shop.example",
            ])
        #expect(records[2]["value"] as? String == "v=spf1 a:mx.example mx ~all" && records[2]["status"] is NSNull)
        let keys = try #require(shown["dkim_keys"] as? [[String: Any]])
        #expect(keys.map { $0["state"] as? String } == ["retiring", "published_pending"])
        #expect(keys[0]["removable_at"] as? String == "2026-01-22T12:00:00Z" && keys[1]["activated_at"] is NSNull)
        #expect(keys.allSatisfy { Set($0.keys).isDisjoint(with: ["private_key", "privateKey"]) })
        let text = String(decoding: JSONWriter.bytes(of: DomainJSON.checked(Self.view(checked: true))), as: UTF8.self)
        #expect(!text.contains(Base64.encode([0xDE, 0xAD])))
    }

    @Test func `A checked domain shows what was found and what to do`() throws {
        let shown = try Self.read(DomainJSON.checked(Self.view(checked: true)))
        #expect(shown["status"] as? String == "verified" && shown["score"] as? Int == 73)
        #expect(shown["failing_since"] as? String == "2026-01-15T12:00:05Z")
        #expect(
            shown["checks"] as? [String: String] == ["spf": "mismatch", "dkim": "ok", "tls_rpt": "optional"],
            "a key that is not in use yet spoils nothing")
        let findings = try #require(shown["findings"] as? [[String: Any]])
        #expect(
            findings.map { $0["name"] as? String } == ["spf", "dkim:mt202601r", "dkim:mt202601r2", "tls_rpt"])
        #expect(findings[0]["required"] as? Bool == true && findings[0]["weight"] as? Int == 25)
        #expect(findings[0]["published"] as? [String] == ["v=spf1 -all"])
        #expect(findings[0]["expected"] as? [String] == ["v=spf1 a:mx.example -all"])
        #expect(findings[0]["advice"] as? String == "Put \"a:mx.example\" into it." && findings[1]["advice"] is NSNull)
        let records = try #require(shown["dns_records"] as? [[String: Any]])
        #expect(records[2]["value"] as? String == "v=spf1 a:mx.example -all", "completed, not doubled")
        #expect(records.map { $0["status"] as? String } == ["ok", "missing", "mismatch", nil])
        #expect((records[0]["note"] as? String)?.contains("2026-01-22T12:00:00Z") == true)
    }

    @Test func `The score comes with its reasons`() throws {
        let shown = try Self.read(DomainJSON.score(Self.view(checked: true)))
        #expect(Set(shown.keys) == ["id", "domain", "status", "score", "checks", "findings", "checked_at"])
        #expect(shown["score"] as? Int == 73 && (shown["findings"] as? [Any])?.count == 4)
    }

    @Test(
        arguments: [
            (nil, false), ("*/*", false), ("text/plain", false), ("application/json", true),
            ("application/json;q=0.9, */*", true), ("Application/JSON , text/html", true),
            ("application/json, text/plain", false), ("application/*", false),
        ] as [(String?, Bool)])
    func `Zone text is plain unless only JSON is accepted`(_ accept: String?, _ isJSON: Bool) {
        #expect(DomainZone.wantsJSON(accept) == isJSON)
    }

    @Test func `The body of a rotation may be left out`() throws {
        #expect(try RotateDKIM.read([]) == (false, []))
        #expect(try RotateDKIM.read(Array("{}".utf8)) == (false, []))
        #expect(try RotateDKIM.read(Array(#"{"force":true,"x":1}"#.utf8)) == (true, ["x"]))
        for bad in ["[]", "{", #"{"force":"yes"}"#] {
            #expect(throws: APIFailure.self) { try RotateDKIM.read(Array(bad.utf8)) }
        }
    }
}
