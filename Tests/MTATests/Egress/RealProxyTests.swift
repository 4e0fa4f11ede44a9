import Foundation
import Loop
import Mail
import Testing

@testable import MTA

/// microsocks, HAProxy and aiosmtpd as proxies and as the hosts behind them.
@Suite(.timeLimit(.minutes(1))) struct RealProxyTests {
    private static let address: IPAddress = .v4(0x7F00_0002)

    private static func source(_ kind: EgressProxy.Kind, port: UInt16) -> EgressSource {
        EgressSource(
            name: "behind", addresses: [address], heloName: "behind.test",
            proxy: EgressProxy(kind: kind, host: "127.0.0.1", port: port))
    }

    private static func carry(
        _ source: EgressSource, to port: UInt16, _ loops: [EventLoop], batches: Int = 2
    ) async -> [Verdict] {
        let transport = Wire.transport(to: port, loops: loops)
        var verdicts: [Verdict] = []
        for _ in 0..<batches {
            var batch = Wire.batch()
            batch.source = source
            verdicts += await transport.carry(batch, on: Wire.lane).map(\.verdict)
        }
        await transport.shutDown()
        return verdicts
    }

    // MARK: SOCKS5

    /// microsocks connects from 127.0.0.9, which is what the sink sees.
    @Test(arguments: [nil, "secret"] as [String?]) func throughMicrosocks(_ password: String?) async throws {
        guard let sink = try CountingSink(closes: true, needs: "RealProxyTests") else { return }
        defer { sink.stop() }
        let port = try RealServer.freePort()
        let login = password.map { ["-u", "me", "-P", $0] } ?? []
        let arguments = ["-i", "127.0.0.1", "-p", "\(port)", "-b", "127.0.0.9"] + login
        guard let proxy = RealServer("/usr/bin/microsocks", arguments, needs: "RealProxyTests") else { return }
        defer { proxy.stop() }
        try await Wire.withLoops { loops in
            #expect(await RealServer.waitFor(port: port, on: loops[0]))
            let user = password == nil ? nil : "me"
            let good = Self.source(.socks5(user: user, password: password), port: port)
            #expect(await Self.carry(good, to: sink.port, loops) == [.delivered, .delivered])
            let figures = try sink.figures()
            #expect(figures.messages == ["127.0.0.9 behind.test": 2])
            // Both batches went over one connection.
            #expect(figures.connections == ["127.0.0.9": 1])

            // Nobody listens there: the host's trouble, as the proxy says.
            let closed = try RealServer.freePort()
            #expect(await Self.carry(good, to: closed, loops, batches: 1) == [.deferred(.connectionRefused)])
            guard password != nil else { return }
            for wrong in [("me", "wrong"), (nil, nil)] as [(String?, String?)] {
                let bad = Self.source(.socks5(user: wrong.0, password: wrong.1), port: port)
                #expect(await Self.carry(bad, to: sink.port, loops, batches: 1) == [.deferred(.proxyFailed)])
            }
        }
    }

    @Test func aProxyThatIsNotThere() async throws {
        let port = try RealServer.freePort()
        try await Wire.withLoops { loops in
            for kind in [EgressProxy.Kind.socks5(user: nil, password: nil), .haproxy(version: 2)] {
                let verdicts = await Self.carry(Self.source(kind, port: port), to: 2_525, loops, batches: 1)
                #expect(verdicts == [.deferred(.proxyFailed)])
            }
        }
    }

    /// An SMTP server where the SOCKS proxy should be.
    @Test func aProxyThatIsSomethingElse() async throws {
        guard let sink = try CountingSink(closes: true, needs: "RealProxyTests") else { return }
        defer { sink.stop() }
        try await Wire.withLoops { loops in
            let source = Self.source(.socks5(user: nil, password: nil), port: sink.port)
            #expect(await Self.carry(source, to: sink.port, loops, batches: 1) == [.deferred(.proxyFailed)])
        }
    }

    @Test func anAddressThatIsNotOurs() async throws {
        try await Wire.withLoops { loops in
            // An address (TEST-NET-1) for documentation is on no machine.
            let source = EgressSource(name: "gone", addresses: [.v4(0xC000_0201)])
            #expect(await Self.carry(source, to: 2_525, loops, batches: 1) == [.deferred(.sourceUnavailable)])
        }
    }

    // MARK: the PROXY protocol

    /// Prints its port, then one line for each PROXY header and each message.
    private static let program = """
        import asyncio, sys
        from aiosmtpd.smtp import SMTP
        out = open(sys.argv[1], "a", buffering=1)
        class Handler:
            async def handle_PROXY(self, server, session, envelope, data):
                print("proxy", data.version, data.src_addr, data.dst_addr, data.dst_port, data.src_port != 0, file=out)
                return True
            async def handle_DATA(self, server, session, envelope):
                print("mail", session.proxy_data.src_addr, session.host_name, file=out)
                return "250 kept"
        async def main():
            loop = asyncio.get_running_loop()
            make = lambda: SMTP(Handler(), proxy_protocol_timeout=10, loop=loop)
            server = await loop.create_server(make, "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """

    /// aiosmtpd behind our header. HAProxy stands in between where there is a configuration for it.
    private static func seen(
        version: Int, haproxy: ((_ port: UInt16) -> String)?
    ) async throws -> (verdicts: [Verdict], lines: [String], port: UInt16)? {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-proxy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = folder.appending(path: "seen").path
        guard let host = RealServer(RealServer.python, ["-c", program, log], needs: "RealProxyTests") else {
            return nil
        }
        defer { host.stop() }
        let port = try #require(UInt16(host.firstLine()))
        var entry = port
        var proxy: RealServer?
        if let haproxy {
            entry = try RealServer.freePort()
            let file = folder.appending(path: "haproxy.cfg")
            try haproxy(entry).write(to: file, atomically: true, encoding: .utf8)
            proxy = RealServer("/usr/sbin/haproxy", ["-f", file.path, "-db", "-q"], needs: "RealProxyTests")
            if proxy == nil { return nil }
        }
        defer { proxy?.stop() }
        let verdicts = try await Wire.withLoops { loops in
            if proxy != nil { #expect(await RealServer.waitFor(port: entry, on: loops[0])) }
            return await carry(source(.haproxy(version: version), port: entry), to: port, loops)
        }
        let lines = (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n").map(String.init) ?? []
        return (verdicts, lines, port)
    }

    @Test(arguments: [1, 2]) func aiosmtpdReadsTheHeader(_ version: Int) async throws {
        guard let (verdicts, lines, port) = try await Self.seen(version: version, haproxy: nil) else { return }
        #expect(verdicts == [.delivered, .delivered])
        // One connection, one header.
        #expect(
            lines == [
                "proxy \(version) 127.0.0.2 127.0.0.1 \(port) True", "mail 127.0.0.2 behind.test",
                "mail 127.0.0.2 behind.test",
            ])
    }

    /// HAProxy takes our header, connects to the address in it, and tells the host behind what it was told, in the
    /// other version of the protocol.
    @Test(arguments: [1, 2]) func haproxyReadsTheHeader(_ version: Int) async throws {
        let seen = try await Self.seen(version: version) { port in
            """
            defaults
                mode tcp
                timeout connect 5s
                timeout client 20s
                timeout server 20s
            listen egress
                bind 127.0.0.1:\(port) accept-proxy
                server host 0.0.0.0 \(version == 1 ? "send-proxy-v2" : "send-proxy")

            """
        }
        guard let (verdicts, lines, port) = seen else { return }
        #expect(verdicts == [.delivered, .delivered])
        #expect(
            lines == [
                "proxy \(3 - version) 127.0.0.2 127.0.0.1 \(port) True", "mail 127.0.0.2 behind.test",
                "mail 127.0.0.2 behind.test",
            ])
    }
}
