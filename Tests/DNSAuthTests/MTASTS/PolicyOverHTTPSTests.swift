import Foundation
import HTTPClient
import Loop
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// The whole discovery with the engine's own HTTPS client against a real server: record, fetch, cache, another id,
/// trouble, restart, expiry. The days pass on a virtual clock.
@Suite(.timeLimit(.minutes(2))) struct PolicyOverHTTPSTests {
    private static func client(
        _ server: PolicyServer, _ resolver: any Resolver, on loop: EventLoop
    ) -> CurlFetcher {
        var options = HTTPClientOptions()
        options.caFile = server.authority
        options.allowsLoopback = true
        options.portMap = [443: server.port]
        return CurlFetcher(options: options, resolver: resolver, on: loop)
    }

    @Test func fromTheRecordToTheExpiry() async throws {
        guard let server = try PolicyServer(for: "MTA-STS over HTTPS") else { return }
        let loop = try EventLoop(index: 0)
        loop.start()
        defer { loop.stop() }
        let time = VirtualTime()
        let world = PolicyWorld(time: time)
        var table = FakeResolver()
        table.addresses["mta-sts.good.example"] = [.v4(0x7F00_0001)]
        let client = Self.client(server, table, on: loop)
        let store = FilePolicyStore(
            path: server.folder.url.appending(path: "policies").path,
            pool: BlockingPool(name: "policies", threads: 1))
        let check = MTASTSCheck(resolver: world, fetcher: client)
        // Every fetch is waited for, so that the server's requests can be counted.
        var options = MTASTSCacheOptions()
        options.failureMemory = .zero
        var cache = MTASTSCache(check: check, store: store, options: options, time: time, executor: loop)
        let domain = Domain(canonical: "good.example")
        let request = "GET /.well-known/mta-sts.txt HTTP/1.1 Host: mta-sts.good.example"

        #expect(await cache.policy(for: domain) == .absent && server.requests.isEmpty, "no record, no request")

        world.change { $0.records["good.example"] = ["v=STSv1; id=1"] }
        try server.serve(PolicyWorld.file("enforce", "*.mx.example", 86_400))
        guard case .enforce(let first) = await cache.policy(for: domain) else {
            Issue.record("no policy came")
            return
        }
        #expect(first.id == "1" && first.mx == ["*.mx.example"] && first.names(host: "a.mx.example"))
        _ = await cache.policy(for: domain)
        #expect(server.requests == [request], "and once only")

        world.change { $0.records["good.example"] = ["v=STSv1; id=2"] }
        try server.serve(PolicyWorld.file("testing", "b.example", 86_400))
        guard case .testing(let second) = await cache.policy(for: domain) else {
            Issue.record("the new id was not seen")
            return
        }
        #expect(second.id == "2" && server.requests.count == 2)

        // Answers that are no policy change nothing, each after the five minutes in which nobody asks.
        let other = "Location: https://mta-sts.other.example/.well-known/mta-sts.txt\r\n"
        let file = PolicyWorld.file("none", "c.example", 86_400)
        let troubles = [
            { try server.serve(file, status: "302 Found", more: other) }, { try server.serve(file, status: "404 No") },
            { try server.serve(file, type: "text/html") }, { try server.serve("version: STSv2\n") },
            { try server.serve(file + "x: " + String(repeating: "y", count: 70_000)) },
        ]
        world.change { $0.records["good.example"] = ["v=STSv1; id=3"] }
        for (index, trouble) in troubles.enumerated() {
            try trouble()
            #expect(await cache.policy(for: domain) == .testing(second))
            #expect(await cache.policy(for: domain) == .testing(second))
            #expect(server.requests.count == 3 + index, "one try in five minutes, and no redirection followed")
            time.advance(by: .seconds(300))
        }
        server.stop()
        #expect(await cache.policy(for: domain) == .testing(second), "the server is gone")

        await cache.flush()
        cache = MTASTSCache(check: check, store: store, options: options, time: time, executor: loop)
        await cache.load()
        world.change { $0.isDNSDown = true }
        #expect(await cache.policy(for: domain) == .testing(second), "also after a restart, without any DNS")
        time.advance(by: .seconds(86_400))
        #expect(await cache.policy(for: domain) == .absent, "until it expires")
        await client.close()
    }

    @Test func onlyACertificateForThePolicyHostWillDo() async throws {
        guard let server = try PolicyServer(for: "MTA-STS certificates") else { return }
        try server.serve(PolicyWorld.file("enforce", "mx.example", 86_400))
        let loop = try EventLoop(index: 0)
        loop.start()
        defer { loop.stop() }
        var table = FakeResolver()
        table.addresses["mta-sts.wrong.example"] = [.v4(0x7F00_0001)]
        table.addresses["mta-sts.inner.example"] = [.v4(0xA9FE_A9FE)]
        let client = Self.client(server, table, on: loop)
        let world = PolicyWorld(time: VirtualTime())
        for name in ["wrong.example", "inner.example", "nohost.example"] {
            world.change { $0.records[name] = ["v=STSv1; id=1"] }
        }
        let check = MTASTSCheck(resolver: world, fetcher: client)
        let cache = MTASTSCache(check: check, time: VirtualTime(), executor: loop)
        let wrong = await cache.policy(for: Domain(canonical: "wrong.example"))
        guard case .unavailable(.certificate(let reason)) = wrong else {
            Issue.record("\(wrong)")
            return
        }
        #expect(!reason.isEmpty && server.requests.isEmpty)
        let inner = await cache.policy(for: Domain(canonical: "inner.example"))
        #expect(inner == .unavailable(reason: .fetch(reason: "the policy host has no public address")))
        let none = await cache.policy(for: Domain(canonical: "nohost.example"))
        #expect(none == .unavailable(reason: .fetch(reason: "the policy host has no address")))
        await client.close()
    }

    @Test func withARealNameServerBehindAnAlias() async throws {
        guard let server = try PolicyServer(for: "MTA-STS with NSD"),
            let nsd = Tool.find("nsd", for: "MTA-STS with NSD")
        else { return }
        try server.serve(PolicyWorld.file("enforce", "mx.good.example", 86_400))
        let folder = try TemporaryFolder()
        try folder.write(
            """
            $ORIGIN good.example.
            $TTL 300
            @ SOA ns hostmaster 1 3600 900 604800 60
            @ NS ns
            ns A 127.0.0.1
            mail MX 10 mx
            _mta-sts CNAME policies
            policies TXT "v=STSv1; " "id=2026"
            policies TXT "something else"
            mta-sts A 127.0.0.1
            _smtp._tls CNAME reports
            reports TXT "v=TLSRPTv1; rua=mailto:" "tls@good.example"

            """, to: "good.zone")
        let names = try AuthoritativeServer(
            nsd: nsd, zones: [("good.example", folder.url.appending(path: "good.zone"))], folder: folder)
        let live = try LiveResolver(names.address)
        defer { live.stop() }
        try await live.waitUntilServed("mail.good.example")
        let client = Self.client(server, live.resolver, on: live.loop)
        let cache = MTASTSCache(
            check: MTASTSCheck(resolver: live.resolver, fetcher: client), time: live.loop.time, executor: live.loop)
        guard case .enforce(let policy) = await cache.policy(for: Domain(canonical: "good.example")) else {
            Issue.record("no policy")
            return
        }
        #expect(policy.id == "2026" && policy.mx == ["mx.good.example"])
        let reports = await TLSRPTCheck(resolver: live.resolver).record(for: Domain(canonical: "good.example"))
        #expect(reports == .found(TLSRPTRecord(destinations: [.mail("tls@good.example")])))
        await client.close()
    }
}
