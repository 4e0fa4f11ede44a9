import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@Suite("TLS with the openssl command", .timeLimit(.minutes(1)))
struct OpenSSLInteropTests {
    @Test("s_client verifies our server and talks to it", arguments: ["-tls1_3", "-tls1_2"])
    func client(version: String) async throws {
        guard let openssl = OpenSSLCommand.find() else { return }
        let server = try TLSServerContext.selfSigned(names: ["mx.example.org"])
        let folder = try TemporaryFolder()
        let certificate = try folder.write("ca.pem", server.certificatePEM)
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            defer { listener.stop() }
            let (accepted, feed) = AsyncStream.makeStream(of: AcceptedSocket.self)
            listener.start(on: loop) { feed.yield($0) }
            async let output = openssl.run(
                [
                    "s_client", "-connect", listener.address.description, version, "-servername", "mx.example.org",
                    "-CAfile", certificate, "-verify_return_error", "-verify_hostname", "mx.example.org", "-quiet",
                    "-no_ign_eof",
                ],
                input: "NOOP\r\n")
            let (facts, name, said) = try await loop.run { stage in
                for await socket in accepted {
                    let stream = SocketStream(accepted: socket, on: loop)
                    stream.deadline = loop.time.now + .seconds(30)
                    let facts = try await stream.startTLSServer(server)
                    while stream.inbound.firstIndex(of: 10) == nil, try await stream.fill() {}
                    stream.outbound.append("250 from martlet\r\n")
                    try await stream.flush()
                    stream.close()
                    return (facts, stream.requestedServerName, stream.inbound.copy())
                }
                throw StreamFailure.cancelled
            }
            #expect(facts.version == (version == "-tls1_3" ? "TLSv1.3" : "TLSv1.2"))
            #expect(name == "mx.example.org")
            #expect(String(decoding: said, as: UTF8.self) == "NOOP\r\n")
            #expect(await output.contains("250 from martlet"))
        }
    }

    @Test("TLS 1.1 is refused")
    func oldVersion() async throws {
        guard let openssl = OpenSSLCommand.find() else { return }
        let server = try TLSServerContext.selfSigned(names: ["mx.example.org"])
        try await withLoop { loop in
            let listener = try Listener.bind(.loopback())
            defer { listener.stop() }
            let (accepted, feed) = AsyncStream.makeStream(of: AcceptedSocket.self)
            listener.start(on: loop) { feed.yield($0) }
            async let output = openssl.run(
                ["s_client", "-connect", listener.address.description, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
                input: "")
            let result = await loop.run { stage in
                for await socket in accepted {
                    let stream = SocketStream(accepted: socket, on: loop)
                    stream.deadline = loop.time.now + .seconds(30)
                    return await failure { () async throws(StreamFailure) in
                        _ = try await stream.startTLSServer(server)
                    }
                }
                return nil
            }
            guard case .tls(let failure)? = result else {
                Issue.record("TLS 1.1 gave \(String(describing: result)), s_client said \(await output)")
                return
            }
            #expect(failure.reason.contains("unsupported protocol"))
            _ = await output
        }
    }

    @Test("our client verifies s_server, talks to it and resumes", arguments: ["-tls1_3", "-tls1_2"])
    func server(version: String) async throws {
        guard let openssl = OpenSSLCommand.find() else { return }
        let folder = try TemporaryFolder()
        let made = await openssl.run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=mx.example.org", "-addext", "subjectAltName=DNS:mx.example.org", "-keyout", folder.path("key.pem"),
                "-out", folder.path("cert.pem"),
            ], input: "")
        try #require(FileManager.default.fileExists(atPath: folder.path("cert.pem")), "\(made)")
        let (child, port) = try await openssl.serve(
            [
                "s_server", "-accept", "127.0.0.1:0", version, "-cert", folder.path("cert.pem"), "-key",
                folder.path("key.pem"), "-rev",
            ])
        defer { withExtendedLifetime(child) {} }
        let context = try TLSClientContext(trust: .file(folder.path("cert.pem")))
        try await withLoop { loop in
            let resumed = try await loop.run { stage in
                var resumed: [Bool] = []
                for _ in 0..<2 {
                    let stream = try await SocketStream.connect(
                        to: .loopback(port: port), from: nil, on: loop, deadline: .distantFuture)
                    stream.deadline = loop.time.now + .seconds(30)
                    let facts = try await stream.startTLSClient(context, host: "mx.example.org", verify: true)
                    #expect(facts.verification == .verified)
                    #expect(facts.version == (version == "-tls1_3" ? "TLSv1.3" : "TLSv1.2"))
                    stream.outbound.append("desserts\n")
                    try await stream.flush()
                    while stream.inbound.firstIndex(of: 10) == nil, try await stream.fill() {}
                    #expect(stream.inbound.copy() == Array("stressed\n".utf8))
                    resumed.append(stream.isTLSResumed)
                    stream.close()
                }
                return resumed
            }
            #expect(resumed == [false, true])
        }
    }
}
