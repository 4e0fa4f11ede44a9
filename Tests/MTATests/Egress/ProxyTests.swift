import Loop
import Mail
import MartletTesting
import Testing

@testable import MTA

/// Sources behind proxies, in virtual time: what goes wrong with a proxy is never the mail host's fault.
@Suite struct ProxyTests {
    private static func source(_ kind: EgressProxy.Kind, host: String = "proxy.test") -> EgressSource {
        EgressSource(
            name: "behind", addresses: [.v4(0xCB00_7101)], heloName: "behind.test",
            proxy: EgressProxy(kind: kind, host: host, port: 1080))
    }

    private static let socks = source(.socks5(user: nil, password: nil))
    private static let proxyAddress: IPAddress = .v4(0x0A00_0001)
    /// What a proxy without authentication does until it connects.
    private static let method = "C+ 3\nS> \u{5}\\0\nC+ 10\n"
    private static let opened = method + "S> \u{5}\\0\\0\u{1}\\0\\0\\0\\0\\0\\0\n"
    private static let mail = SourceTests.hello("behind.test") + Dialogue.transaction

    private static func deliver(
        from source: EgressSource = socks, addresses: Int = 3, _ scripts: [ScriptedNetwork.Script],
        _ change: (inout ScriptedDelivery) -> Void = { _ in }
    ) async throws -> ScriptedDelivery.Result {
        var delivery = ScriptedDelivery {
            $0.sources = [source]
            $0.names = ["proxy.test": [proxyAddress]]
            $0.addresses = addresses
        }
        change(&delivery)
        return try await delivery.run(scripts)
    }

    @Test(arguments: [1, 7, 65_536]) func carriesThroughSOCKS(_ chunk: Int) async throws {
        let result = try await Self.deliver([.play(Self.opened + Self.mail + Dialogue.transaction)]) {
            $0.chunk = chunk
            $0.batches = 2
        }
        #expect(result.verdicts == [.delivered])
        #expect(result.network.mismatches == [])
        #expect(result.network.dialled == [SocketAddress(ip: Self.proxyAddress, port: 1080)])
        // The proxy has the address.
        #expect(result.network.origins == [nil])
        #expect(result.outcomes[0][0].host?.address.hasSuffix(":2500") == true)
    }

    @Test func writesTheHeaderBeforeAnythingElse() async throws {
        let result = try await Self.deliver(
            from: Self.source(.haproxy(version: 1)), addresses: 1,
            [.play("C: PROXY TCP4 203.0.113.1 192.0.2.1 40025 2500\n" + Self.mail)])
        #expect(result.verdicts == [.delivered])
        #expect(result.network.mismatches == [])
        let binary = try await Self.deliver(
            from: Self.source(.haproxy(version: 2)), addresses: 1, [.play("C+ 28\n" + Self.mail)])
        #expect(binary.verdicts == [.delivered])
    }

    /// One attempt at the proxy is enough, however many addresses the host has.
    @Test func aDeadProxyIsTheSourcesTrouble() async throws {
        for failure in [StreamFailure.refused, .unreachable(errno: 113), .reset] {
            let result = try await Self.deliver([.fail(failure)])
            #expect(result.verdicts == [.deferred(.proxyFailed)])
            #expect(result.connections == 1)
            #expect(result.outcomes[0][0].host == nil)
        }
        let silent = try await Self.deliver([.silence])
        #expect(silent.verdicts == [.deferred(.proxyFailed)])
        #expect(silent.elapsed == ClientTimeouts().connect)
        let nameless = try await Self.deliver(
            from: Self.source(.socks5(user: nil, password: nil), host: "gone.test"), [])
        #expect(nameless.verdicts == [.deferred(.proxyFailed)])
    }

    @Test func aSecondAddressOfTheProxyIsTried() async throws {
        let result = try await Self.deliver([.fail(.refused), .play(Self.opened + Self.mail)]) {
            $0.names = ["proxy.test": [.v4(0x0A00_0009), Self.proxyAddress]]
        }
        #expect(result.verdicts == [.delivered])
    }

    /// Silence before the proxy has said anything is the proxy's; behind it, the host's.
    @Test func aProxyThatStallsHasOneDeadlineForAll() async throws {
        let limit = ClientTimeouts().connect
        for script in ["C+ 3", "C+ 3\nS> \u{5}"] {
            let result = try await Self.deliver([.play(script)])
            #expect(result.verdicts == [.deferred(.proxyFailed)])
            #expect(result.elapsed == limit)
        }
        let host = try await Self.deliver(addresses: 1, [.play(Self.method)])
        #expect(host.verdicts == [.deferred(.connectionTimeout)])
        #expect(host.elapsed == limit)
        #expect(host.outcomes[0][0].host != nil)
        // Behind the header nobody can tell: the host's greeting is waited for.
        let behind = try await Self.deliver(from: Self.source(.haproxy(version: 2)), addresses: 1, [.play("C+ 28")])
        #expect(behind.verdicts == [.deferred(.noGreeting)])
    }

    @Test(arguments: SOCKSRefusal.allCases) func refusalsAreTheProxysOrTheHosts(_ refusal: SOCKSRefusal) async throws {
        // The second address is tried only where the first one was the reason.
        let script = Self.method + "S> \u{5}\(UnicodeScalar(refusal.rawValue))\\0\u{1}\\0\\0\\0\\0\\0\\0"
        let result = try await Self.deliver(addresses: 2, [.play(script), .play(script)])
        let expected: (DeferralReason, Int) =
            switch refusal {
            case .networkUnreachable, .hostUnreachable, .connectionRefused: (.connectionRefused, 2)
            case .ttlExpired: (.connectionTimeout, 2)
            case .generalFailure, .notAllowed, .commandNotSupported, .addressTypeNotSupported: (.proxyFailed, 1)
            }
        #expect(result.verdicts == [.deferred(expected.0)])
        #expect(result.connections == expected.1)
        // Without a host it is the proxy that does not work.
        #expect((result.outcomes[0][0].host == nil) == (refusal == .commandNotSupported))
    }

    /// A proxy without IPv6 still has IPv4.
    @Test func anAddressTypeThatIsNotSupportedRulesOutTheFamily() async throws {
        let no = "C+ 3\nS> \u{5}\\0\nC+ 22\nS> \u{5}\u{8}\\0\u{1}\\0\\0\\0\\0\\0\\0"
        let result = try await Self.deliver([.play(no), .play(Self.opened + Self.mail)]) {
            $0.names["mx.test"] = [SourceTests.v6(1), SourceTests.v6(2), .v4(0xC000_0219)]
        }
        #expect(result.verdicts == [.delivered])
        #expect(result.connections == 2)
    }

    @Test func aHeaderNeedsAnAddressOfTheFamily() async throws {
        let result = try await Self.deliver(from: Self.source(.haproxy(version: 2)), []) {
            $0.names["mx.test"] = [SourceTests.v6(1)]
        }
        #expect(result.verdicts == [.deferred(.noAddressFamily)])
    }

    /// A password is for a host on this machine, and the other end of the stream is only the proxy.
    @Test func aProxyOnThisMachineMakesNoHostLocal() async throws {
        let script = "S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250-PIPELINING\nS: 250 AUTH PLAIN\n"
        let result = try await Self.deliver(addresses: 1, [.play(Self.opened + script)]) {
            $0.options.credentials = ClientCredentials(user: "u", password: "p", allowsPlaintextOnLoopback: true)
        }
        #expect(result.verdicts == [.deferred(.authenticationFailed)])
        let direct = try await ScriptedDelivery {
            $0.options.credentials = ClientCredentials(user: "u", password: "p", allowsPlaintextOnLoopback: true)
        }.run(.play(script + "C: AUTH PLAIN *\nS: 235 ok\n" + Dialogue.transaction))
        #expect(direct.verdicts == [.delivered])
    }

    /// Random bytes for the proxy's words: the attempt always ends, with the proxy to blame or the host's greeting
    /// missing, and nothing traps.
    @Test func anyBytesHaveATypedEnd() async throws {
        var generator = SplitMix(seed: 0x9A0C)
        var ends: [String: Int] = [:]
        for round in 0..<2_000 {
            var bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if round % 2 == 0 { bytes = [5, 0] + bytes }
            let reply = bytes
            let words = round % 2 == 0 ? [Array(reply[..<2]), Array(reply[2...])] : [reply]
            let loop = SimulatedLoop()
            let end = try await loop.run { _ -> String in
                let dialer = NoisyProxy(words: words)
                let departure = Departure(
                    source: Self.source(.socks5(user: nil, password: nil), host: "10.0.0.1"), dialer: dialer,
                    lookup: .fixed([], FakeResolver()))
                do throws(SessionFailure) {
                    _ = try await departure.dial(
                        SocketAddress(ip: .v4(1), port: 25), own: nil, deadline: loop.time.now + .seconds(30))
                    return "opened"
                } catch {
                    switch error.cause {
                    case .source(.proxy(let failure)): return "\(failure)".prefix { $0 != "(" }.description
                    case .unreached: return "unreached"
                    case .refused, .stream, .violation, .tlsUnavailable, .tls, .noMechanism, .source:
                        return "untyped \(error)"
                    }
                }
            }
            ends[end, default: 0] += 1
        }
        let known: Set = ["violation", "broken", "noMethod", "refused", "unknownReply", "unreached", "opened"]
        #expect(Set(ends.keys).isSubset(of: known), "\(ends)")
        #expect(ends["violation", default: 0] > 100 && ends["broken", default: 0] > 10, "\(ends)")
    }
}

/// Answers message by message with these bytes, and ends.
private struct NoisyProxy: Dialer {
    var words: [[UInt8]]

    func dial(
        _ peer: SocketAddress, from source: IPAddress?, deadline: MonotonicInstant
    ) async throws(StreamFailure) -> ByteStream {
        let link = MemoryLink()
        let words = words
        let client = link.client()
        Task {
            let server = link.server()
            for reply in words {
                guard (try? await server.fill()) == true else { return }
                server.discardInbound()
                server.outbound.append(reply)
                guard (try? await server.flush()) != nil else { return }
            }
            server.close()
        }
        return client
    }
}
