import Loop
import Mail
import MartletTesting
import Testing

@Suite("TLS on socket streams", .timeLimit(.minutes(1)))
struct TLSTests {
    static let names = ["mx.example.org", "*.wild.example.org", "127.0.0.1"]

    /// What a client learns from a handshake with the server of `names`.
    private func shake(
        host: String, trust: TLSClientContext.Trust?, verify: Bool
    ) async throws -> (facts: TLSFacts?, failure: StreamFailure?, asked: String?, serverFacts: TLSFacts?) {
        let server = try TLSServerContext.selfSigned(names: Self.names)
        let client = try TLSClientContext(trust: trust ?? .pem(server.certificatePEM))
        return try await withLoop { loop in
            let (here, there) = try await withConnection(on: loop) { stage, stream in
                var facts: TLSFacts?
                let failure = await failure { () async throws(StreamFailure) in
                    facts = try await stream.startTLSClient(client, host: host, verify: verify)
                    #expect(stream.tls == facts)
                    stream.outbound.append("hello")
                    try await stream.flush()
                    _ = try await stream.fill()
                    #expect(stream.inbound.copy() == Array("world".utf8))
                }
                return (facts, failure)
            } server: { stage, stream in
                let facts = try? await stream.startTLSServer(server)
                if facts != nil, (try? await stream.fill()) == true {
                    stream.outbound.append("world")
                    try await stream.flush()
                    #expect(stream.inbound.copy() == Array("hello".utf8))
                }
                return (stream.requestedServerName, facts)
            }
            return (here.0, here.1, there.0, there.1)
        }
    }

    @Test(
        "a peer that proves its name",
        arguments: [
            "mx.example.org", "MX.Example.Org", "a.wild.example.org", "127.0.0.1",
        ])
    func verified(host: String) async throws {
        let result = try await shake(host: host, trust: nil, verify: true)
        #expect(result.failure == nil)
        #expect(result.facts?.verification == .verified && result.facts?.version == "TLSv1.3")
        #expect(result.facts?.cipher.hasPrefix("TLS_") == true)
        #expect(result.serverFacts?.verification == .notRequested && result.serverFacts?.cipher == result.facts?.cipher)
        // RFC 6066 §3: an address is never asked for.
        #expect(result.asked == (host == "127.0.0.1" ? nil : host.lowercased()))
    }

    @Test(
        "a wrong name is an error when asked to verify, else a fact",
        arguments: [
            "mx2.example.org", "wild.example.org", "a.b.wild.example.org", "127.0.0.2", "xn--nxasmq6b.example",
        ])
    func wrongName(host: String) async throws {
        let strict = try await shake(host: host, trust: nil, verify: true)
        guard case .tls(let failure)? = strict.failure else {
            Issue.record("expected a TLS failure, got \(String(describing: strict.failure))")
            return
        }
        #expect(failure.reason.contains("mismatch"))
        #expect(strict.serverFacts == nil || strict.facts == nil)
        let lax = try await shake(host: host, trust: nil, verify: false)
        #expect(lax.failure == nil && lax.facts?.verification == .failed)
    }

    @Test("a certificate that nobody signed")
    func untrusted() async throws {
        let strict = try await shake(host: "mx.example.org", trust: .system, verify: true)
        guard case .tls(let failure)? = strict.failure else {
            Issue.record("expected a TLS failure, got \(String(describing: strict.failure))")
            return
        }
        #expect(failure.reason.contains("self-signed") || failure.reason.contains("self signed"))
        #expect(try await shake(host: "mx.example.org", trust: .system, verify: false).facts?.verification == .failed)
        let nobody = try await shake(host: "mx.example.org", trust: .nobody, verify: false)
        #expect(nobody.facts?.verification == .notRequested)
        #expect(try await shake(host: "mx.example.org", trust: .nobody, verify: true).failure != nil)
    }

    @Test("the second connection to a host and port resumes the first one's session; another client's does not")
    func resumption() async throws {
        let server = try TLSServerContext.selfSigned(names: Self.names)
        let client = try TLSClientContext(trust: .pem(server.certificatePEM))
        let other = try TLSClientContext(trust: .pem(server.certificatePEM))
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            defer { listener.stop() }
            listener.start(on: loop) { socket in
                Task { await loop.run { stage in await serveOnce(SocketStream(accepted: socket, on: loop), server) } }
            }
            let resumed = try await loop.run { stage in
                var resumed: [Bool] = []
                for context in [client, client, client, other] {
                    let stream = try await SocketStream.connect(
                        to: listener.address, from: nil, on: loop, deadline: .distantFuture)
                    let facts = try await stream.startTLSClient(context, host: "mx.example.org", verify: true)
                    #expect(facts.verification == .verified)
                    let hasMore = try await stream.fill()
                    #expect(hasMore)
                    resumed.append(stream.isTLSResumed)
                    stream.close()
                }
                return resumed
            }
            #expect(resumed == [false, true, true, false])
        }
    }

    @Test("large data both ways at once, with a slow reader, then a half-close", arguments: [false, true])
    func large(inPieces: Bool) async throws {
        let size = 3_000_000
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 5) }
        let server = try TLSServerContext.selfSigned(names: Self.names)
        let client = try TLSClientContext(trust: .nobody)
        try await withLoop { loop in
            let (echoed, received) = try await withConnection(on: loop) { stage, stream in
                _ = try await stream.startTLSClient(client, host: "mx.example.org", verify: false)
                if inPieces {
                    stream.outbound.append(Array(payload[..<10]))
                    try await stream.flush([Array(payload[10..<20]), [], Array(payload[20...])])
                } else {
                    stream.outbound.append(payload)
                    try await stream.flush()
                }
                stream.shutdownWrite()
                while try await stream.fill() {}
                return stream.inbound.copy()
            } server: { stage, stream in
                _ = try await stream.startTLSServer(server)
                var rounds = 0
                while try await stream.fill() {
                    rounds += 1
                    if rounds % 20 == 0 { try await loop.time.sleep(for: .milliseconds(1)) }
                }
                stream.outbound.append(stream.inbound)
                try await stream.flush()
                return stream.inbound.copy()
            }
            #expect(received == payload && echoed == payload)
        }
    }

    @Test("plaintext that came before the handshake ends it (RFC 3207 §5)")
    func injectedPlaintext() async throws {
        let server = try TLSServerContext.selfSigned(names: Self.names)
        try await withLoop { loop in
            let (_, result) = try await withConnection(on: loop) { stage, stream in
                stream.outbound.append("STARTTLS\r\nRSET\r\n")
                try await stream.flush()
                _ = try? await stream.fill()
            } server: { stage, stream in
                while stream.inbound.count < 16 { _ = try await stream.fill() }
                stream.inbound.consume(10)
                return await failure { () async throws(StreamFailure) in _ = try await stream.startTLSServer(server) }
            }
            #expect(result == .tls(TLSFailure(reason: "plaintext before the handshake")))
        }
    }

    @Test(
        "nonsense for a handshake is a TLS failure; an end is .closed; silence meets the deadline",
        arguments: [
            "GET / HTTP/1.0\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}\u{5}aaaaa", "", "-",
        ])
    func badHandshake(first: String) async throws {
        let server = try TLSServerContext.selfSigned(names: Self.names)
        try await withLoop { loop in
            let (_, result) = try await withConnection(on: loop) { stage, stream in
                if first == "-" {
                    _ = try await stream.fill()
                } else if !first.isEmpty {
                    stream.outbound.append(utf8: first)
                    try await stream.flush()
                    _ = try? await stream.fill()
                }
            } server: { stage, stream in
                stream.deadline = loop.time.now + (first == "-" ? .milliseconds(50) : .seconds(30))
                return await failure { () async throws(StreamFailure) in _ = try await stream.startTLSServer(server) }
            }
            switch (first, result) {
            case ("", .closed?), ("-", .timedOut?): break
            case (_, .tls?): #expect(!first.isEmpty && first != "-")
            default: Issue.record("\(first.debugDescription) gave \(String(describing: result))")
            }
        }
    }

    @Test("contexts that cannot be are refused with a reason")
    func badContexts() throws {
        let one = try TLSServerContext.selfSigned(names: ["a.example"])
        #expect(throws: TLSFailure.self) { try TLSServerContext(certificateChainPEM: [], privateKeyPEM: []) }
        #expect(throws: TLSFailure.self) {
            try TLSServerContext(certificateChainPEM: one.certificatePEM, privateKeyPEM: Array("no key".utf8))
        }
        #expect(throws: TLSFailure.self) {
            try TLSServerContext(certificateChainFile: "/nonexistent/a", privateKeyFile: "/nonexistent/b")
        }
        #expect(throws: TLSFailure.self) { try TLSClientContext(trust: .file("/nonexistent/ca.pem")) }
        #expect(throws: TLSFailure.self) { try TLSClientContext(trust: .pem(Array("x".utf8))) }
    }

    @Test("connections with TLS leave nothing behind")
    func noLeak() async throws {
        await #expect(processExitsWith: .success) {
            let server = try TLSServerContext.selfSigned(names: Self.names)
            let client = try TLSClientContext(trust: .nobody)
            try await withoutLeak {
                try await withLoop { loop in
                    _ = try await withConnection(on: loop) { stage, stream in
                        _ = try await stream.startTLSClient(client, host: "x.example", verify: false)
                    } server: { stage, stream in
                        _ = try await stream.startTLSServer(server)
                    }
                }
            }
        }
    }
}

/// One handshake, one byte, and the end.
private func serveOnce(_ stream: SocketStream, _ context: TLSServerContext) async {
    guard (try? await stream.startTLSServer(context)) != nil else { return }
    stream.outbound.append("x")
    try? await stream.flush()
    _ = try? await stream.fill()
    stream.close()
}
