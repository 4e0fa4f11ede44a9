import Foundation
import Testing

/// MTA-STS policies from an HTTPS server and TLSA records from a signed zone decide which mail goes out, and the API
/// says why the rest waits.
@Suite struct PoliciesAreObeyedTests {
    private static let start = """
        $TTL 60
        @ IN SOA ns hostmaster 1 3600 900 604800 60
        @ IN NS ns
        ns IN A 127.0.0.1

        """

    /// Domains with an MTA-STS policy: the host that takes their mail, and the one that the policy names.
    private static let published = [
        ("good", "mx", "mx"), ("wrong", "other", "other"), ("elsewhere", "mx", "gone"), ("clear", "clear", "clear"),
    ]

    /// Everything that the engine talks to.
    private final class World {
        let folder: TemporaryFolder
        let authority: TestAuthority
        let dns = FreePort.next()
        let port = FreePort.next()
        let dump: URL
        private var peers: [Daemon] = []
        private let purpose = "published TLS policies"

        /// `nil`, with a visible line, where a program is missing or port 443 cannot be had.
        init?() throws {
            guard let nsd = Tool.path("nsd", neededFor: purpose),
                let openssl = Tool.path("openssl", neededFor: purpose),
                let stunnel = Tool.path("stunnel4", neededFor: purpose),
                let sink = Tool.path("smtp-sink", neededFor: purpose),
                let python = Tool.path("python3", neededFor: purpose),
                let resolver = ValidatingResolver(neededFor: purpose)
            else { return nil }
            folder = try TemporaryFolder()
            dump = folder.url.appendingPathComponent("mail")
            authority = try TestAuthority(openssl)
            guard try startPolicies(python) else { return nil }
            let host = try authority.certificate("host", for: ["mx.plain.test"])
            try startNames(nsd, resolver, host)
            try startMail(stunnel, sink, host)
        }

        /// To be called at the end, while all still runs.
        func stop() {
            for peer in peers { peer.kill() }
        }

        private func startPolicies(_ python: String) throws -> Bool {
            guard !FreePort.accepts(443) else {
                print("SKIPPED: MTA-STS needs port 443, where somebody else listens")
                return false
            }
            let names = PoliciesAreObeyedTests.published.map { "mta-sts.\($0.0).plain.test" }
            let certificate = try authority.certificate("web", for: names)
            let policies = Dictionary(
                uniqueKeysWithValues: PoliciesAreObeyedTests.published.map {
                    (
                        "mta-sts.\($0.0).plain.test",
                        "version: STSv1\r\nmode: enforce\r\nmx: \($0.2).plain.test\r\nmax_age: 86400\r\n"
                    )
                })
            let file = folder.url.appendingPathComponent("policies.json")
            try JSONSerialization.data(withJSONObject: policies).write(to: file)
            let server = try Daemon(
                python, [Tool.peer("policies.py"), "443", certificate.chain, certificate.key, file.path])
            guard server.waits(for: 443) else {
                print("SKIPPED: MTA-STS needs port 443, which could not be bound: \(server.errors)")
                return false
            }
            peers.append(server)
            return true
        }

        private func startNames(
            _ nsd: String, _ resolver: ValidatingResolver, _ host: TestAuthority.Certificate
        ) throws {
            var plain = """
                $ORIGIN plain.test.
                \(PoliciesAreObeyedTests.start)
                mx IN A 127.0.0.1
                other IN A 127.0.0.1
                clear IN A 127.0.0.2
                free IN MX 10 other

                """
            for (name, mx, _) in PoliciesAreObeyedTests.published {
                plain += "\(name) IN MX 10 \(mx)\nmta-sts.\(name) IN A 127.0.0.1\n"
                plain += "_mta-sts.\(name) IN TXT \"v=STSv1; id=1\"\n"
            }
            let stranger = try authority.certificate("stranger", for: ["bad.signed.test"])
            let secure = """
                $ORIGIN signed.test.
                \(PoliciesAreObeyedTests.start)
                ee IN A 127.0.0.1
                bad IN A 127.0.0.1
                _\(port)._tcp.ee IN TLSA \(host.tlsa)
                _\(port)._tcp.bad IN TLSA \(stranger.tlsa)
                match IN MX 10 ee
                mismatch IN MX 10 bad
                """
            let (signed, anchor) = try resolver.sign(secure, named: "signed.test", in: folder)
            let origin = FreePort.next()
            let zones = ["plain.test": plain, "signed.test": signed]
            peers.append(try NameServer.start(nsd, port: origin, zones: zones, in: folder))
            peers.append(
                try resolver.start(
                    port: dns, origin: origin, zones: ["plain.test", "signed.test"], anchor: anchor, in: folder))
        }

        /// 127.0.0.1 speaks TLS with a certificate for mx.plain.test, 127.0.0.2 does not.
        private func startMail(_ stunnel: String, _ sink: String, _ host: TestAuthority.Certificate) throws {
            try FileManager.default.createDirectory(at: dump, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: dump.path)
            let behind = FreePort.next()
            let conf = try folder.file(
                "stunnel.conf",
                text: """
                    foreground = yes
                    pid =
                    syslog = no
                    [smtp]
                    accept = 127.0.0.1:\(port)
                    connect = 127.0.0.1:\(behind)
                    protocol = smtp
                    cert = \(host.chain)
                    key = \(host.key)
                    """)
            // As root it wants a user to become.
            let user = getuid() == 0 ? ["-u", "nobody"] : []
            for address in ["127.0.0.1:\(behind)", "127.0.0.2:\(port)"] {
                peers.append(try Daemon(sink, user + ["-d", "\(dump.path)/%M.", address, "100"]))
            }
            let tls = try Daemon(stunnel, [conf.path])
            peers.append(tls)
            try #require(eventually { FreePort.accepts(behind) } && tls.waits(for: port), "\(tls.errors)")
        }

        /// Recipients of all mail that has arrived.
        func arrived() throws -> [String] {
            try FileManager.default.contentsOfDirectory(at: dump, includingPropertiesForKeys: nil).flatMap {
                try String(contentsOf: $0, encoding: .utf8).matches(of: /X-Rcpt-Args: <r@([a-z.]+)>/).map { "\($0.1)" }
            }.sorted()
        }
    }

    @Test(.timeLimit(.minutes(3))) func everyDestinationGetsWhatItAsksFor() throws {
        guard let world = try World() else { return }
        defer { world.stop() }
        let folder = world.folder
        let (api, submission) = (FreePort.next(), FreePort.next())
        let made = try Tool.run(Engine.binary, ["key", "create", "--data", "\(folder.path)/data", "--name", "test"])
        try #require(made.status == 0, "\(made.errors)")
        let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let engine = try Engine.serve(
            configuration: """
                hostname: out.plain.test
                data: \(folder.path)/data
                api: {listen: "127.0.0.1:\(api)", require_verified_domain: false, require_known_domain: false}
                submission:
                  - {listen: "127.0.0.1:\(submission)", tls: none, trusted_networks: [127.0.0.0/8]}
                dns: {servers: ["127.0.0.1:\(world.dns)"], trust_ad: true, ipv6: false}
                outside: {ca_file: \(world.authority.file), allow_loopback: true}
                transports:
                  internet: {kind: smtp, port: \(world.port), allow_loopback_targets: true}
                routes:
                  - {match: "*", transport: internet}
                """, port: submission, in: folder)
        let url = "http://127.0.0.1:\(api)"
        #expect(eventually { (try? Curl.send("GET", "\(url)/readyz", key: nil).status) == 200 })

        let policyNotMet = "the host's TLS is not what the destination's DANE or MTA-STS policy demands"
        let cases: [(destination: String, reason: String?, words: String)] = [
            ("good.plain.test", nil, ""),
            ("wrong.plain.test", "tls_policy_not_met", policyNotMet),
            (
                "elsewhere.plain.test", "tls_policy_forbids_hosts",
                "the destination's MTA-STS policy allows none of the hosts that could be reached"
            ),
            ("clear.plain.test", "tls_policy_not_met", policyNotMet),
            ("match.signed.test", nil, ""),
            ("mismatch.signed.test", "tls_policy_not_met", policyNotMet),
            // The same host as wrong.plain.test has, and no policy.
            ("free.plain.test", nil, ""),
        ]
        for item in cases {
            let sent = try Curl.send(
                "POST", "\(url)/v1/messages/send", key: key,
                body: #"{"from":"s@out.plain.test","to":"r@\#(item.destination)","subject":"x","text":"hello"}"#)
            try #require(sent.status == 202, "\(sent.body)")
            let message = "\(url)/v1/messages/\(try #require(sent.data["id"] as? String))"
            var events: [[String: Any]] = []
            let type = item.reason == nil ? "delivered" : "deferred"
            let settled = try eventually {
                events = try Curl.send("GET", "\(message)/events", key: key).list
                return events.contains { ["delivered", "deferred", "bounced"].contains($0["type"] as? String) }
            }
            let last = events.last?["metadata"] as? [String: Any] ?? [:]
            #expect(
                settled && events.last?["type"] as? String == type, "\(item.destination): \(events) \(engine.errors)")
            #expect(last["reason"] as? String == item.reason, "\(item.destination): \(last)")
            guard item.reason != nil else {
                #expect((last["tls"] as? String)?.hasPrefix("TLSv1.3") == true, "\(item.destination): \(last)")
                continue
            }
            let shown = try Curl.send("GET", message, key: key)
            let delivery = (shown.data["deliveries"] as? [[String: Any]])?.first ?? [:]
            #expect(delivery["last_reply"] as? String == item.words, "\(item.destination): \(shown.body)")
            #expect(delivery["next_attempt_at"] is String, "it is tried again: \(shown.body)")
        }
        let expected = cases.filter { $0.reason == nil }.map(\.destination).sorted()
        #expect(try world.arrived() == expected, "and nothing arrives that was not to")
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }
}
