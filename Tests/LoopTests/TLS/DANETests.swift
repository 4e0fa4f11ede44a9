import Loop
import Mail
import MartletTesting
import Testing

@Suite("DANE by OpenSSL's own hands", .timeLimit(.minutes(2)))
struct DANETests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        /// Usage, selector, matching type, and what the data is of; "-" is nothing sensible.
        var records: [(UInt8, UInt8, UInt8, String)]
        var chain = "leaf"
        var base = "mx.test"
        var names: [String] = []
        /// `nil`: the peer is proved.
        var fault: CertificateFault??
        var verification = PeerVerification.dane
        var matched: String?
        /// Sends the certificate without the authority's.
        var isBare = false

        var testDescription: String { text }

        init(
            _ text: String, _ records: [(UInt8, UInt8, UInt8, String)], _ change: (inout Case) -> Void = { _ in }
        ) {
            self.text = text
            self.records = records
            change(&self)
        }
    }

    static let cases = [
        Case("EE by key digest", [(3, 1, 1, "leaf.spki.sha256")]),
        Case("EE by key, SHA-512", [(3, 1, 2, "leaf.spki.sha512")]),
        Case("EE by certificate digest", [(3, 0, 1, "leaf.cert.sha256")]),
        Case("EE with the whole certificate", [(3, 0, 0, "leaf.cert.full")]),
        Case("EE with the whole key", [(3, 1, 0, "leaf.spki.full")]),
        // RFC 7672 §3.1.1: neither name nor date nor issuer counts.
        Case("EE with a wrong name", [(3, 1, 1, "leaf.spki.sha256")]) { $0.base = "elsewhere.test" },
        Case("EE of an expired certificate", [(3, 1, 1, "expired.spki.sha256")]) { $0.chain = "expired" },
        Case("EE without its issuer", [(3, 1, 1, "leaf.spki.sha256")]) { $0.isBare = true },
        Case("one of several", [(3, 1, 1, "other.spki.sha256"), (3, 1, 1, "leaf.spki.sha256")]),
        Case("EE of another key", [(3, 1, 1, "other.spki.sha256")]) { $0.fault = .noTLSAMatch },
        Case("EE of another certificate", [(3, 0, 1, "other.cert.sha256")]) { $0.fault = .noTLSAMatch },
        Case("key digest under the certificate's selector", [(3, 0, 1, "leaf.spki.sha256")]) {
            $0.fault = .noTLSAMatch
        },
        Case("TA by certificate digest", [(2, 0, 1, "ca.cert.sha256")]) { $0.matched = "mx.test" },
        Case("TA by key digest", [(2, 1, 1, "ca.spki.sha256")]) { $0.matched = "mx.test" },
        Case("TA with the whole certificate, which the server does not send", [(2, 0, 0, "ca.cert.full")]) {
            $0.isBare = true
            $0.matched = "mx.test"
        },
        Case("TA by digest of a certificate that the server does not send", [(2, 0, 1, "ca.cert.sha256")]) {
            $0.isBare = true
            $0.fault = .noTLSAMatch
        },
        Case("TA with a name of the host's", [(2, 0, 1, "ca.cert.sha256")]) {
            $0.base = "elsewhere.test"
            $0.names = ["elsewhere.test", "mx.test"]
            $0.matched = "mx.test"
        },
        Case("TA with a wildcard", [(2, 0, 1, "ca.cert.sha256")]) {
            $0.base = "a.wild.test"
            $0.matched = "*.wild.test"
        },
        Case("TA with a wildcard of two labels", [(2, 0, 1, "ca.cert.sha256")]) {
            $0.base = "a.b.wild.test"
            $0.fault = .wrongName
        },
        // RFC 7672 §3.2.3
        Case("TA with a partial wildcard", [(2, 0, 1, "ca.cert.sha256")]) {
            $0.base = "foo.partial.test"
            $0.fault = .wrongName
        },
        Case("TA with a wrong name", [(2, 0, 1, "ca.cert.sha256")]) {
            $0.base = "elsewhere.test"
            $0.fault = .wrongName
        },
        Case("TA of an expired certificate", [(2, 0, 1, "ca.cert.sha256")]) {
            $0.chain = "expired"
            $0.fault = .expired
        },
        Case("TA of another authority", [(2, 0, 1, "leaf.cert.sha256")]) { $0.fault = .noTLSAMatch },
        Case("EE of another key beside a good TA", [(3, 1, 1, "other.spki.sha256"), (2, 0, 1, "ca.cert.sha256")]) {
            $0.matched = "mx.test"
        },
        // RFC 7672 §2.2: records that cannot be used leave TLS without authentication.
        Case("a whole certificate that is none", [(3, 0, 0, "-")]) { $0.verification = .notRequested },
        Case("a digest of the wrong length", [(3, 1, 2, "leaf.spki.sha256")]) { $0.verification = .notRequested },
        Case("an unusable record beside a good one", [(3, 0, 0, "-"), (3, 1, 1, "leaf.spki.sha256")]),
        Case("an unusable record beside a bad one", [(3, 0, 0, "-"), (3, 1, 1, "other.spki.sha256")]) {
            $0.fault = .noTLSAMatch
        },
    ]

    private static func reference(_ item: Case, _ made: TestCertificates) -> DANEReference {
        let records = item.records.map {
            TLSARecord(
                usage: $0.0, selector: $0.1, matchingType: $0.2, data: $0.3 == "-" ? [0x30, 0] : made.bytes($0.3))
        }
        return DANEReference(
            records: records, names: item.names.isEmpty ? [item.base] : item.names, baseDomain: item.base)
    }

    @Test("records against chains, as a table")
    func table() async throws {
        guard let made = try await TestCertificates.make() else { return }
        for item in Self.cases {
            let check = TLSPeerCheck.dane(Self.reference(item, made))
            let result = try await Self.shake(made, item.chain, isBare: item.isBare, check)
            if let fault = item.fault {
                guard case .tls(let failure)? = result.failure else {
                    Issue.record(
                        "\(item.text): \(String(describing: result.facts)) \(String(describing: result.failure))")
                    continue
                }
                #expect(failure.fault == fault, "\(item.text): \(failure.reason)")
                #expect(result.facts == nil)
            } else {
                #expect(result.failure == nil, "\(item.text): \(String(describing: result.failure))")
                #expect(result.facts?.verification == item.verification, "\(item.text)")
                #expect(result.verifiedName == item.matched, "\(item.text)")
                // The server tells what it was asked for once the handshake is over.
                #expect(result.asked == item.base, "\(item.text)")
            }
        }
    }

    @Test("faults of a public certificate have their names")
    func faults() async throws {
        guard let made = try await TestCertificates.make() else { return }
        let table: [(String, TLSPeerCheck, CertificateFault?)] = [
            ("leaf", .name("mx.test"), nil), ("leaf", .name("elsewhere.test"), .wrongName),
            ("expired", .name("mx.test"), .expired),
        ]
        for (chain, check, fault) in table {
            let result = try await Self.shake(made, chain, check, trust: .file(made.path("ca.pem")))
            if let fault {
                guard case .tls(let failure)? = result.failure else {
                    Issue.record("\(chain) \(check): \(String(describing: result.facts))")
                    continue
                }
                #expect(failure.fault == fault)
            } else {
                #expect(result.facts?.verification == .verified && result.verifiedName == "mx.test")
            }
        }
        guard case .tls(let failure)? = try await Self.shake(made, "leaf", .name("mx.test"), trust: .nobody).failure
        else {
            Issue.record("an unknown authority was trusted")
            return
        }
        #expect(failure.fault == .untrusted)
        // Where nobody demands it, it is a fact.
        let lax = try await Self.shake(
            made, "expired", .none(host: "mx.test"), trust: .file(made.path("ca.pem")))
        #expect(lax.facts?.verification == .failed && lax.certificateFailure?.fault == .expired)
    }

    @Test("a session is resumed only under the check that it was made under")
    func resumption() async throws {
        guard let made = try await TestCertificates.make() else { return }
        let good = TLSARecord(
            usage: 3, selector: 1, matchingType: 1, data: made.bytes("leaf.spki.sha256"))
        let alien = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: made.bytes("other.spki.sha256"))
        let ta = TLSARecord(usage: 2, selector: 0, matchingType: 1, data: made.bytes("ca.cert.sha256"))
        @Sendable func dane(_ records: [TLSARecord]) -> TLSPeerCheck {
            .dane(DANEReference(records: records, names: ["mx.test"], baseDomain: "mx.test"))
        }
        let steps: [(TLSPeerCheck, resumed: Bool, PeerVerification)] = [
            (.none(host: "mx.test"), false, .verified), (.none(host: "mx.test"), true, .verified),
            (.name("mx.test"), false, .verified), (.name("mx.test"), true, .verified), (dane([good]), false, .dane),
            (dane([good]), true, .dane), (dane([alien, good]), false, .dane), (dane([ta]), false, .dane),
            (dane([ta]), true, .dane),
        ]
        let server = try TLSServerContext(
            certificateChainFile: made.path("leaf.chain"), privateKeyFile: made.path("leaf.key"))
        let client = try TLSClientContext(trust: .file(made.path("ca.pem")))
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            defer { listener.stop() }
            listener.start(on: loop) { socket in
                Task { await loop.run { stage in await greet(SocketStream(accepted: socket, on: loop), server) } }
            }
            try await loop.run { stage in
                for (number, (check, resumed, verification)) in steps.enumerated() {
                    let stream = try await SocketStream.connect(
                        to: listener.address, from: nil, on: loop, deadline: .distantFuture)
                    let facts = try await stream.startTLSClient(client, check: check)
                    _ = try await stream.fill()
                    #expect(facts.verification == verification && stream.isTLSResumed == resumed, "step \(number)")
                    if check == dane([ta]) { #expect(stream.verifiedName == "mx.test", "also when resumed") }
                    stream.close()
                }
                // Records that do not match are found out, whatever sessions are kept.
                let stream = try await SocketStream.connect(
                    to: listener.address, from: nil, on: loop, deadline: .distantFuture)
                let refused = await failure { () async throws(StreamFailure) in
                    _ = try await stream.startTLSClient(client, check: dane([alien]))
                }
                guard case .tls(let reason)? = refused else {
                    Issue.record("\(String(describing: refused))")
                    return
                }
                #expect(reason.fault == .noTLSAMatch)
            }
        }
    }

    // MARK: one handshake

    private struct Shaken: Sendable {
        var facts: TLSFacts?
        var failure: StreamFailure?
        var verifiedName: String?
        var certificateFailure: TLSFailure?
        var asked: String?
    }

    private static func shake(
        _ made: TestCertificates, _ name: String, isBare: Bool = false, _ check: TLSPeerCheck,
        trust: TLSClientContext.Trust = .nobody
    ) async throws -> Shaken {
        let server = try TLSServerContext(
            certificateChainFile: made.path(isBare ? "\(name).pem" : "\(name).chain"),
            privateKeyFile: made.path("\(name).key"))
        let client = try TLSClientContext(trust: trust)
        return try await withLoop { loop in
            let (here, asked) = try await withConnection(on: loop) { stage, stream in
                var shaken = Shaken()
                shaken.failure = await failure { () async throws(StreamFailure) in
                    shaken.facts = try await stream.startTLSClient(client, check: check)
                    // With TLS 1.3 the server has not seen our certificate's verdict yet: wait for its word.
                    _ = try await stream.fill()
                }
                shaken.verifiedName = stream.verifiedName
                shaken.certificateFailure = stream.certificateFailure
                return shaken
            } server: { stage, stream in
                await greet(stream, server)
                return stream.requestedServerName
            }
            var shaken = here
            shaken.asked = asked
            return shaken
        }
    }
}

/// One handshake, one byte, and the end.
private func greet(_ stream: SocketStream, _ context: TLSServerContext) async {
    guard (try? await stream.startTLSServer(context)) != nil else { return }
    stream.outbound.append("x")
    try? await stream.flush()
    _ = try? await stream.fill()
    stream.close()
}
