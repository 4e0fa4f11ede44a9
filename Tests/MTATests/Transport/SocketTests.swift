import Loop
import Mail
import MartletTesting
import Testing

@testable import MTA

/// The client over real sockets, with hosts that misbehave.
@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    private static func deliver(
        _ scripts: [SocketHost.Script], mode: TLSMode = .none, trust: TLSClientContext.Trust? = .nobody,
        batches: Int = 1,
        content: [[UInt8]] = Wire.batch().content, _ change: @escaping (inout SMTPTransportOptions) -> Void = { _ in }
    ) async throws -> (outcomes: [Outcome], heard: [(heard: String, mismatch: String?)]) {
        try await Wire.withLoops(2) { loops in
            let host = try SocketHost(scripts, on: loops[1])
            let context: TLSClientContext? =
                switch trust {
                case .pem?: try TLSClientContext(trust: .pem(host.certificate.certificatePEM))
                case let trust?: try TLSClientContext(trust: trust)
                case nil: nil
                }
            let transport = Wire.transport(
                to: host.address.port, loops: [loops[0]], context: context, mode: mode, change)
            var outcomes: [Outcome] = []
            for _ in 0..<batches { outcomes += await transport.carry(Wire.batch(content), on: Wire.lane) }
            await transport.shutDown()
            let after = await transport.carry(Wire.batch(), on: Wire.lane)
            #expect(after.map(\.verdict) == [.deferred(.shuttingDown)])
            let heard = await host.results(scripts.count)
            host.stop()
            return (outcomes, heard)
        }
    }

    @Test func deliversAndSaysQUITWhenShutDown() async throws {
        let script = Dialogue.hello + Dialogue.transaction + Dialogue.transaction + "C: QUIT\nS: 221 bye\nX: close"
        let (outcomes, heard) = try await Self.deliver([.play(script)], batches: 2)
        #expect(outcomes.map(\.verdict) == [.delivered, .delivered])
        #expect(heard.allSatisfy { $0.mismatch == nil } && heard.count == 1)
        #expect(outcomes[0].host?.name == "mx.test")
    }

    @Test func carriesLargeContentUntouched() async throws {
        let line = Array("0123456789abcdef0123456789abcdef0123456789abcdef\r\n".utf8)
        let body = Array(repeating: line, count: 20_000).flatMap { $0 }
        let script =
            Dialogue.hello
            + "C: MAIL *\nC: RCPT *\nC: DATA\nS: 250 a\nS: 250 b\nS: 354 go\nC+ \(body.count + 3)\nS: 250 ok"
        let (outcomes, heard) = try await Self.deliver([.play(script)], content: [body])
        #expect(outcomes.map(\.verdict) == [.delivered])
        #expect(heard[0].mismatch == nil)
        #expect(heard[0].heard.utf8.suffix(body.count + 3).elementsEqual(body + Array(".\r\n".utf8)))
    }

    @Test(arguments: [
        "", "S: 220 mx\nC: EHLO *", Dialogue.hello + "C: MAIL *",
        Dialogue.hello + "C: MAIL *\nC: RCPT *\nC: DATA\nS: 250 a\nS: 250 b\nS: 354 go\nC.",
    ])
    func givesUpOnAHostThatStalls(_ script: String) async throws {
        let (outcomes, _) = try await Self.deliver([.play(script)]) {
            $0.client.timeouts.banner = .milliseconds(50)
            $0.client.timeouts.hello = .milliseconds(50)
            $0.client.timeouts.mail = .milliseconds(50)
            $0.client.timeouts.finalDot = .milliseconds(50)
        }
        #expect(outcomes.map(\.verdict) == [.deferred(script.isEmpty ? .noGreeting : .replyTimeout)])
    }

    @Test func stopsReadingTenMegabytesOfReply() async throws {
        let (outcomes, _) = try await Self.deliver([.flood(10_000_000)])
        #expect(outcomes.map(\.verdict) == [.deferred(.protocolViolation)])
    }

    @Test func defersWhenNobodyListens() async throws {
        try await Wire.withLoops { loops in
            let listener = try Listener.bind(.loopback())
            let port = listener.address.port
            listener.stop()
            let transport = Wire.transport(to: port, loops: loops)
            let outcomes = await transport.carry(Wire.batch(recipients: 2), on: Wire.lane)
            #expect(outcomes.map(\.verdict) == [.deferred(.connectionRefused), .deferred(.connectionRefused)])
        }
    }

    // MARK: real handshakes

    private static let offer = """
        S: 220 mx
        C: EHLO *
        S: 250-mx
        S: 250-PIPELINING
        S: 250 STARTTLS
        C: STARTTLS
        S: 220 go
        X: starttls
        C: EHLO *
        S: 250-mx
        S: 250 PIPELINING

        """

    @Test func verifiesThePeer() async throws {
        let (outcomes, _) = try await Self.deliver(
            [.play(Self.offer + Dialogue.transaction)], mode: .verify, trust: .pem([]))
        #expect(outcomes.map(\.verdict) == [.delivered])
        #expect(outcomes[0].tls?.verification == .verified)
        #expect(outcomes[0].tls?.version.hasPrefix("TLSv1.") == true)
    }

    @Test func defersWhenThePeerCannotBeVerified() async throws {
        let (outcomes, _) = try await Self.deliver(
            [.play(Self.offer + Dialogue.transaction)], mode: .verify, trust: .nobody)
        #expect(outcomes.map(\.verdict) == [.deferred(.tlsFailed)])
    }

    @Test func goesOnInTheClearWhenTLSIsBroken() async throws {
        let plain = "S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250-PIPELINING\nS: 250 STARTTLS\n" + Dialogue.transaction
        let (outcomes, heard) = try await Self.deliver([.garbageInsteadOfTLS, .play(plain)], mode: .opportunistic)
        #expect(outcomes.map(\.verdict) == [.delivered])
        #expect(outcomes[0].tls == nil && heard.last?.mismatch == nil)
    }

    @Test func speaksTLSWithStuffedAndLargeContent() async throws {
        let body = Array(repeating: Array(".dot\r\nline\r\n".utf8), count: 5_000).flatMap { $0 }
        let (outcomes, heard) = try await Self.deliver(
            [.play(Self.offer + Dialogue.transaction)], mode: .required, content: [body])
        #expect(outcomes.map(\.verdict) == [.delivered])
        #expect(outcomes[0].tls != nil)
        #expect(heard[0].heard.utf8.count > body.count + 5_000)
    }

    // MARK: a smarthost

    @Test func relaysThroughTheFirstSmarthostThatAnswers() async throws {
        try await Wire.withLoops(2) { loops in
            let dead = try Listener.bind(.loopback())
            let deadPort = dead.address.port
            dead.stop()
            let script = """
                S: 220 mx
                C: EHLO relay.test
                S: 250-mx
                S: 250-PIPELINING
                S: 250 AUTH PLAIN
                C: AUTH PLAIN AHUAcA==
                S: 235 ok

                """
            let host = try SocketHost([.play(script + Dialogue.transaction)], on: loops[1])
            let options = RelayTransportOptions(
                hosts: [.init(name: "127.0.0.1", port: deadPort), .init(name: "127.0.0.1", port: host.address.port)],
                heloName: "relay.test",
                credentials: ClientCredentials(user: "u", password: "p", allowsPlaintextOnLoopback: true),
                tls: TLSMode.none)
            let relay = RelayTransport(options, resolver: FakeResolver(), context: nil, loops: [loops[0]])
            let outcomes = await relay.carry(Wire.batch(), on: Wire.lane)
            #expect(outcomes.map(\.verdict) == [.delivered])
            #expect(outcomes[0].host == RemoteHost(name: "127.0.0.1", address: "127.0.0.1:\(host.address.port)"))
            await relay.shutDown()
            host.stop()
        }
    }

    @Test func neverBouncesBecauseTheSmarthostHasNoAddress() async throws {
        try await Wire.withLoops { loops in
            let options = RelayTransportOptions(hosts: [.init(name: "nowhere.test")], heloName: "relay.test")
            #expect(options.client.tls == .opportunistic)
            let secret = ClientCredentials(user: "u", password: "p")
            #expect(RelayTransportOptions(hosts: [], heloName: "r", credentials: secret).client.tls == .verify)
            let relay = RelayTransport(options, resolver: FakeResolver(), context: nil, loops: loops)
            #expect(await relay.carry(Wire.batch(), on: Wire.lane).map(\.verdict) == [.deferred(.dnsFailure)])
        }
    }
}
