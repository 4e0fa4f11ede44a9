import Foundation
import Testing

/// Direct delivery with a real name server: several MX, a dead best one, a bare address, null MX, no such domain.
@Suite struct MailFollowsTheMXTests {
    static let zone = """
        $ORIGIN example.
        $TTL 60
        @ IN SOA ns.example. root.example. 1 3600 600 86400 60
        @ IN NS ns.example.
        ns IN A 127.0.0.1
        two IN MX 10 dead.example.
        two IN MX 20 alive.example.
        dead IN A 127.0.0.9
        alive IN A 127.0.0.1
        bare IN A 127.0.0.1
        alias IN CNAME two.example.
        none IN MX 0 .
        sender IN MX 10 alive.example.
        """

    @Test(.timeLimit(.minutes(3))) func everyRecipientGetsItsVerdict() throws {
        guard let nsd = Tool.path("nsd", neededFor: "delivery by MX"),
            Tool.hasPythonModule("aiosmtpd", neededFor: "delivery by MX"),
            let python = Tool.path("python3", neededFor: "delivery by MX")
        else { return }
        let folder = try TemporaryFolder()
        let (dns, port, submission, api) = (FreePort.next(), FreePort.next(), FreePort.next(), FreePort.next())
        let server = try NameServer.start(nsd, port: dns, zones: ["example": Self.zone], in: folder)
        defer { server.kill() }
        let seen = try folder.file("seen")
        let sink = try Daemon(python, [Tool.peer("keep.py"), "\(port)", seen.path])
        try #require(sink.waits(for: port), "the sink did not start: \(sink.errors)")
        let engine = try Engine.serve(
            configuration: """
                hostname: out.example
                data: \(folder.path)/data
                api: {listen: "127.0.0.1:\(api)"}
                submission:
                  - {listen: "127.0.0.1:\(submission)", tls: none, trusted_networks: [127.0.0.0/8]}
                dns: {servers: ["127.0.0.1:\(dns)"]}
                transports:
                  internet: {kind: smtp, port: \(port), allow_loopback_targets: true, timeouts: {connect: 2s}}
                routes:
                  - {match: "*", transport: internet}
                """, port: submission, in: folder)
        let names = ["two", "bare", "alias", "none", "missing"]
        let result = try Tool.run(
            python,
            [Tool.peer("submit.py"), "\(submission)", "s@sender.example"] + names.map { "r@\($0).example" },
            input: "From: s@sender.example\r\nSubject: by MX\r\n\r\nbody\r\n")
        #expect(result.status == 0, "\(result.errors)")

        // Three deliveries, and one notification for the two that can never be made.
        let complete = try eventually {
            let text = try String(contentsOf: seen, encoding: .utf8)
            return text.contains("r@two.example") && text.contains("r@bare.example") && text.contains("r@alias.example")
                && text.contains("s@sender.example")
        }
        let text = try String(contentsOf: seen, encoding: .utf8)
        #expect(complete, "arrived: \(text) log: \(engine.errors)")
        #expect(!text.contains("TO r@none.example") && !text.contains("TO r@missing.example"))
        #expect(text.contains("Action: failed") && text.contains("rfc822; r@none.example"))
        #expect(text.contains("rfc822; r@missing.example"))
        #expect(text.contains("FROM <>"))
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }
}
