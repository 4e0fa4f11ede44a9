import Foundation
import Testing

/// `martlet serve` as root with certificates: STARTTLS and implicit TLS ports, AUTH, and no privileges left afterwards.
@Suite struct ProductionPortsSpeakTLSTests {
    @Test(.timeLimit(.minutes(3))) func startTLSAndImplicitTLSTakeAuthenticatedMail() throws {
        guard let openssl = Tool.path("openssl", neededFor: "TLS ports"),
            let swaks = Tool.path("swaks", neededFor: "TLS ports")
        else { return }
        let folder = try TemporaryFolder()
        let made = try Tool.run(
            openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=mail.example.com", "-keyout", "\(folder.path)/key.pem", "-out", "\(folder.path)/cert.pem",
            ])
        try #require(made.status == 0, "\(made.errors)")
        let (startTLS, implicit, api) = (FreePort.next(), FreePort.next(), FreePort.next())
        let isRoot = getuid() == 0
        if !isRoot { print("SKIPPED: dropping privileges needs root") }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        let engine = try Engine.serve(
            configuration: """
                hostname: mail.example.com
                data: \(folder.path)/data
                \(isRoot ? "user: nobody" : "")
                api: {listen: "127.0.0.1:\(api)", require_verified_domain: false, require_known_domain: false}
                submission:
                  - {listen: "127.0.0.1:\(startTLS)", tls: starttls, certificate: \(folder.path)/cert.pem, key: \(folder.path)/key.pem}
                  - {listen: "127.0.0.1:\(implicit)", tls: implicit, certificate: \(folder.path)/cert.pem, key: \(folder.path)/key.pem}
                transports: {kept: {kind: capture}}
                routes: [{match: "*", transport: kept}]
                """, port: implicit, in: folder)
        // The ports are bound before the engine is ready; the key is printed when it is.
        #expect(eventually { engine.output.contains("mt_live_") || !engine.isRunning }, "\(engine.errors)")
        let words = engine.output.split(whereSeparator: \.isWhitespace).map(String.init)
        let key = try #require(
            words.first { $0.hasPrefix("mt_live_") }, "the first key is shown once: \(engine.output)")
        #expect(eventually { (try? Curl.send("GET", "http://127.0.0.1:\(api)/readyz", key: nil).status) == 200 })
        let url = "http://127.0.0.1:\(api)/v1"
        let credential = try Curl.send("POST", "\(url)/credentials", key: key, body: "{}").data
        let user = try #require(credential["username"] as? String)
        let password = try #require(credential["password"] as? String)
        for flags in [["--port", "\(startTLS)", "--tls"], ["--port", "\(implicit)", "--tlsc"]] {
            let sent = try Tool.run(
                swaks,
                ["--server", "127.0.0.1", "--from", "a@example.com", "--to", "b@example.net", "--auth", "PLAIN"]
                    + ["--auth-user", user, "--auth-password", password] + flags)
            #expect(sent.status == 0, "\(sent.output)\(sent.errors)")
        }
        let open = try Tool.run(
            swaks,
            ["--server", "127.0.0.1", "--port", "\(startTLS)", "--from", "a@example.com", "--to", "b@example.net"])
        #expect(open.status != 0 && open.output.contains("530 5.7.0"), "no open relay: \(open.output)")
        #expect(
            try eventually {
                try Curl.send("GET", "\(url)/messages?status=delivered", key: key).list.count == 2
            })
        if isRoot {
            let status = try String(contentsOfFile: "/proc/\(engine.identifier)/status", encoding: .utf8)
            let uid = status.split(separator: "\n").first { $0.hasPrefix("Uid:") }
            #expect(
                uid?.split(whereSeparator: \.isWhitespace).dropFirst().allSatisfy { $0 != "0" } == true, "\(uid ?? "")")
        }
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }
}
