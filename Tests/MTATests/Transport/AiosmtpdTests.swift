import Foundation
import Loop
import Mail
import Testing

@testable import MTA

/// aiosmtpd as the other end, with and without STARTTLS: what arrives is what was sent, byte for byte.
@Suite(.timeLimit(.minutes(1))) struct AiosmtpdTests {
    /// Prints its port, then writes each message to a file of its own in the folder.
    private static let program = """
        import asyncio, itertools, ssl, sys
        from aiosmtpd.smtp import SMTP
        folder, tls = sys.argv[1], sys.argv[2] == "tls"
        count = itertools.count()
        class Handler:
            async def handle_DATA(self, server, session, envelope):
                with open(f"{folder}/{next(count)}.eml", "wb") as f: f.write(envelope.original_content)
                return "250 2.0.0 kept"
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
        async def main():
            loop = asyncio.get_running_loop()
            make = lambda: SMTP(Handler(), enable_SMTPUTF8=True, tls_context=context, require_starttls=tls, loop=loop)
            server = await loop.create_server(make, "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """

    private static let contents: [[UInt8]] = [
        Array("Subject: plain\r\n\r\nhello\r\n".utf8),
        Array("Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n...\r\nend.\r\n.\r\n".utf8),
        Array("\r\n".utf8),
        Array("Subject: 8 bit\r\n\r\n\u{FC}ml\u{E4}ut \u{1F980}\r\n".utf8),
        Array("Subject: high bytes\r\n\r\n".utf8) + Array(UInt8(128)...255) + [13, 10],
        Array("Subject: large\r\n\r\n".utf8)
            + Array(
                repeating: Array(".0123456789 a line that begins with a dot\r\nand one without\r\n".utf8), count: 5_000
            ).flatMap { $0 },
        Array("Subject: large and plain\r\n\r\n".utf8)
            + Array(repeating: Array("0123456789abcdef0123456789abcdef0123456789abcdef\r\n".utf8), count: 10_000)
            .flatMap { $0 },
    ]

    @Test(arguments: [TLSMode.none, .opportunistic, .verify])
    func arrivesByteForByte(_ mode: TLSMode) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-aiosmtpd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var context: TLSClientContext?
        if mode != .none {
            guard try Self.makeCertificate(in: folder) else { return }
            context = try TLSClientContext(trust: .file(folder.appending(path: "cert.pem").path))
        }
        let program = folder.appending(path: "server.py")
        try Self.program.write(to: program, atomically: true, encoding: .utf8)
        let server = RealServer(
            RealServer.python, [program.path, folder.path, mode == .none ? "plain" : "tls"], needs: "AiosmtpdTests")
        guard let server else { return }
        let port = try #require(UInt16(server.firstLine()))
        try await Wire.withLoops { loops in
            let transport = Wire.transport(to: port, loops: loops, context: context, mode: mode)
            for (index, content) in Self.contents.enumerated() {
                // In two pieces, as signatures and the client's bytes are.
                let cut = min(9, content.count)
                var batch = Wire.batch([Array(content[..<cut]), Array(content[cut...])])
                batch.envelope.is8Bit = true
                let outcomes = await transport.carry(batch, on: Wire.lane)
                #expect(outcomes.map(\.verdict) == [.delivered], "message \(index)")
                #expect((outcomes[0].tls != nil) == (mode != .none))
                #expect(outcomes[0].reply?.text == "kept")
                let arrived = try [UInt8](Data(contentsOf: folder.appending(path: "\(index).eml")))
                #expect(arrived == content, "message \(index)")
            }
            await transport.shutDown()
        }
        server.stop()
    }

    private static func makeCertificate(in folder: URL) throws -> Bool {
        let openssl = RealServer(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=mx.test", "-addext", "subjectAltName=DNS:mx.test", "-keyout",
                folder.appending(path: "key.pem").path, "-out", folder.appending(path: "cert.pem").path,
            ], needs: "AiosmtpdTests with TLS")
        guard let openssl else { return false }
        _ = openssl.firstLine()
        openssl.waitForEnd()
        return FileManager.default.fileExists(atPath: folder.appending(path: "cert.pem").path)
    }
}
