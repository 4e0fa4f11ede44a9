import Foundation
import Testing

/// A tenant's domain from its first record to new keys: the zone text of the API is served by a real name server, and
/// the engine finds in it what it asked for.
@Suite struct ADomainProvesItselfTests {
    /// What the owner of the names has anyway.
    private static let zone = """
        $ORIGIN example.
        $TTL 1
        @ IN SOA ns.example. root.example. 1 3600 600 86400 1
        @ IN NS ns.example.
        ns IN A 127.0.0.1
        out IN A 127.0.0.1
        shop IN MX 10 out.example.

        """
    private static let reverse = """
        $ORIGIN 0.0.127.in-addr.arpa.
        $TTL 1
        @ IN SOA ns.example. root.example. 1 3600 600 86400 1
        @ IN NS ns.example.
        1 IN PTR out.example.

        """

    private func startNSD(_ nsd: String, _ dns: UInt16, _ zone: String, in folder: TemporaryFolder) throws -> Daemon {
        try NameServer.start(
            nsd, port: dns, zones: ["example": zone, "0.0.127.in-addr.arpa": Self.reverse], in: folder)
    }

    /// Verifies again and again, as somebody would who has just published something.
    private func verify(
        _ url: String, _ key: String, until holds: ([String: Any]) -> Bool
    ) throws -> Curl.Answer {
        var last = try Curl.send("POST", "\(url)/verify", key: key)
        _ = try eventually(within: 60) {
            if last.status == 200, holds(last.data) { return true }
            last = try Curl.send("POST", "\(url)/verify", key: key)
            return last.status == 200 && holds(last.data)
        }
        return last
    }

    @Test(.timeLimit(.minutes(4))) func fromTheFirstRecordToNewKeys() throws {
        guard let nsd = Tool.path("nsd", neededFor: "domain verification") else { return }
        let folder = try TemporaryFolder()
        let (dns, submission, api) = (FreePort.next(), FreePort.next(), FreePort.next())
        let made = try Tool.run(Engine.binary, ["key", "create", "--data", "\(folder.path)/data", "--name", "test"])
        try #require(made.status == 0, "\(made.errors)")
        let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        var server = try startNSD(nsd, dns, Self.zone, in: folder)
        let engine = try Engine.serve(
            configuration: """
                hostname: out.example
                data: \(folder.path)/data
                api: {listen: "127.0.0.1:\(api)"}
                submission:
                  - {listen: "127.0.0.1:\(submission)", tls: none, trusted_networks: [127.0.0.0/8]}
                dns: {servers: ["127.0.0.1:\(dns)"], ipv6: false}
                transports:
                  internet: {kind: smtp}
                routes:
                  - {match: "*", transport: internet}
                """, port: submission, in: folder)
        #expect(eventually { (try? Curl.send("GET", "http://127.0.0.1:\(api)/readyz", key: nil).status) == 200 })
        let base = "http://127.0.0.1:\(api)/v1/domains"
        let added = try Curl.send("POST", base, key: key, body: #"{"domain":"shop.example"}"#)
        try #require(added.status == 201, "\(added.body)")
        let id = try #require(added.data["id"] as? String)
        #expect(added.data["status"] as? String == "pending")

        let before = try Curl.send("GET", "\(base)/\(id)/score", key: key)
        #expect(before.status == 200 && (before.data["score"] as? Int ?? 100) < 50, "\(before.body)")
        let hasty = try Curl.send("POST", "\(base)/\(id)/verify", key: key)
        #expect(hasty.status == 429 && hasty.headers.lowercased().contains("retry-after:"), "\(hasty.body)")

        let zone = try Curl.send("GET", "\(base)/\(id)/zone", key: key)
        #expect(zone.status == 200 && zone.headers.lowercased().contains("content-type: text/plain"))
        server.kill()
        server = try startNSD(nsd, dns, Self.zone + zone.body, in: folder)
        let verified = try verify("\(base)/\(id)", key) { $0["status"] as? String == "verified" }
        #expect(verified.data["status"] as? String == "verified", "\(verified.body) \(engine.errors)")
        // Everything but the quarter of DMARC that p=none leaves.
        #expect(verified.data["score"] as? Int == 94, "\(verified.body)")
        let checks = verified.data["checks"] as? [String: String] ?? [:]
        #expect(["spf", "dkim", "dmarc", "mx", "ptr"].allSatisfy { checks[$0] == "ok" }, "\(checks)")

        let rotated = try Curl.send("POST", "\(base)/\(id)/dkim/rotate", key: key)
        #expect(rotated.status == 200, "\(rotated.body)")
        #expect(try Curl.send("POST", "\(base)/\(id)/dkim/rotate", key: key).status == 409)
        let both = try Curl.send("GET", "\(base)/\(id)/zone", key: key, headers: ["Accept: application/json"])
        let text = try #require(both.data["zone"] as? String)
        #expect(text.components(separatedBy: "v=DKIM1").count == 5, "two pairs side by side")
        server.kill()
        server = try startNSD(nsd, dns, Self.zone + text, in: folder)
        let switched = try verify("\(base)/\(id)", key) { data in
            (data["dkim_keys"] as? [[String: Any]] ?? []).count { $0["state"] as? String == "retiring" } == 2
        }
        let states = (switched.data["dkim_keys"] as? [[String: Any]] ?? []).compactMap { $0["state"] as? String }
        #expect(states.sorted() == ["active", "active", "retiring", "retiring"], "\(switched.body)")
        server.kill()
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }
}
