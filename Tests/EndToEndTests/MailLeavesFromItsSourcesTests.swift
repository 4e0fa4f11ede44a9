import Foundation
import Testing

/// Where mail leaves from: shares by weight, another source for one that cannot, and ways out through real proxies.
@Suite(.serialized) struct MailLeavesFromItsSourcesTests {
    @Test(.timeLimit(.minutes(1))) func weightsAreTheSharesAtTheReceiver() throws {
        let keys = """
            sources:
              - {name: one, address: 127.0.0.2, helo: one.out.example}
              - {name: two, address: 127.0.0.3, helo: two.out.example}
            pools:
              - {name: main, sources: [{name: one, weight: 3}, {name: two, weight: 1}]}
            """
        guard let engine = try OperatedEngine("sources", keys) else { return }
        defer { engine.stop() }
        try engine.hand(400, to: "a.test", "b.test")
        for host in [OperatedEngine.a, OperatedEngine.b] {
            #expect(try eventually { try engine.seen(host).numbers.count == 200 })
            let seen = try engine.seen(host)
            // Exact by batches: up to one batch of each lane may be missing at the end.
            #expect((140...160).contains(seen.sources["127.0.0.2"] ?? 0), "\(seen.sources)")
            #expect(seen.hellos == ["one.out.example", "two.out.example"])
        }
        let shown = try engine.get("/v1/sources").list
        #expect(shown.compactMap { $0["delivered"] as? Int }.reduce(0, +) == 400, "\(shown)")
    }

    @Test(.timeLimit(.minutes(1))) func anAddressThatIsNotHereIsHeldAndTheOtherTakesOver() throws {
        let keys = """
            sources:
              - {name: here, address: 127.0.0.2, helo: here.out.example}
              - {name: elsewhere, address: 192.0.2.77, helo: elsewhere.out.example}
            queue: {free_disk_percent: 1, retry: {first: 1s, maximum: 1s, connection: {first: 1s, maximum: 1s}}}
            """
        guard let engine = try OperatedEngine("sources", keys) else { return }
        defer { engine.stop() }
        // Several failures in a row make the hold; what failed meets the other source at its next attempt.
        let ids = try engine.hand(200, to: "a.test")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 200 })
        #expect(try engine.seen(OperatedEngine.a).sources == ["127.0.0.2": 200])
        let holds = try engine.get("/v1/queue/holds")
        #expect(holds.body.contains("source_health") && holds.body.contains("elsewhere"), "\(holds.body)")
        #expect(try eventually { try engine.explain(ids[0]).state == "delivered" })
    }

    @Test(.timeLimit(.minutes(1))) func aSOCKSProxyIsTheWayOut() throws {
        guard let microsocks = Tool.path("microsocks", neededFor: "the SOCKS way out") else { return }
        let port = FreePort.next()
        let proxy = try Daemon(microsocks, ["-i", "127.0.0.1", "-p", "\(port)", "-b", "127.0.0.9"])
        try #require(proxy.waits(for: port), "\(proxy.errors)")
        let keys = "sources: [{name: far, helo: far.out.example, proxy: {socks5: \"127.0.0.1:\(port)\"}}]"
        guard let engine = try OperatedEngine("sources", keys) else { return }
        defer { engine.stop() }
        try engine.hand(20, to: "a.test")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 20 })
        #expect(try engine.seen(OperatedEngine.a).sources == ["127.0.0.9": 20])
        #expect(try engine.seen(OperatedEngine.a).hellos == ["far.out.example"])
    }

    @Test(.timeLimit(.minutes(1)), arguments: [1, 2]) func haproxyIsTheWayOut(version: Int) throws {
        guard let haproxy = Tool.path("haproxy", neededFor: "the HAProxy way out") else { return }
        let port = FreePort.next()
        let folder = try TemporaryFolder()
        let file = try folder.file(
            "haproxy.cfg",
            text: """
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 30s
                    timeout server 30s
                listen out
                    bind 127.0.0.1:\(port) accept-proxy
                    server host 0.0.0.0 source 127.0.0.9

                """)
        let proxy = try Daemon(haproxy, ["-db", "-f", file.path])
        try #require(proxy.waits(for: port), "\(proxy.errors)")
        let keys = """
            sources:
              - {name: far, address: 127.0.0.2, helo: far.out.example, proxy: {haproxy: "127.0.0.1:\(port)", \
            version: \(version)}}
            """
        guard let engine = try OperatedEngine("sources", keys) else { return }
        defer { engine.stop() }
        try engine.hand(20, to: "a.test", "b.test")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 10 })
        #expect(try eventually { try engine.seen(OperatedEngine.b).numbers.count == 10 })
        #expect(try engine.seen(OperatedEngine.a).sources == ["127.0.0.9": 10])
    }
}
