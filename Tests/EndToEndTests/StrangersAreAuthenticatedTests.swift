import Foundation
import Testing

/// Mail from strangers on the inbound port: who sent it is found out in a real DNS, written on top, and where the
/// operator wants it, what the author's domain asks for is done.
@Suite struct StrangersAreAuthenticatedTests {
    private static let authority = "auth.taker.example"

    /// A name server, an inbound port, and keys of the domain that is written to be from.
    private struct Scene {
        let folder: TemporaryFolder
        let python: String
        let dkimsign: String
        let names: Daemon
        let dns: UInt16
        let port: UInt16

        init?() throws {
            let purpose = "authentication of inbound mail"
            guard let nsd = Tool.path("nsd", neededFor: purpose), let python = Tool.path("python3", neededFor: purpose),
                let dkimsign = Tool.path("dkimsign", neededFor: purpose),
                let dknewkey = Tool.path("dknewkey", neededFor: purpose)
            else { return nil }
            (self.python, self.dkimsign) = (python, dkimsign)
            folder = try TemporaryFolder()
            (dns, port) = (FreePort.next(), FreePort.next())
            var zone = """
                $ORIGIN example.
                $TTL 60
                @ IN SOA ns.example. root.example. 1 3600 600 86400 60
                @ IN NS ns.example.
                ns IN A 127.0.0.1
                sender IN TXT "v=spf1 ip4:127.0.0.1 -all"
                _dmarc.sender IN TXT "v=DMARC1; p=reject; adkim=s"
                cautious IN TXT "v=spf1 -all"
                _dmarc.cautious IN TXT "v=DMARC1; p=quarantine"
                forger IN TXT "v=spf1 ip4:127.0.0.0/8 -all"

                """
            for type in ["rsa", "ed25519"] {
                let made = try Tool.run(dknewkey, ["--ktype", type, "\(folder.path)/\(type)"])
                try #require(made.status == 0, "\(made.errors)")
                let record = try String(contentsOfFile: "\(folder.path)/\(type).dns", encoding: .utf8)
                zone += "\(type)._domainkey.sender IN TXT \(NameServer.quoted(record))\n"
            }
            names = try NameServer.start(nsd, port: dns, zones: ["example": zone], in: folder)
        }

        func engine(enforcing: Bool) throws -> Daemon {
            try Engine.serve(
                configuration: """
                    hostname: mx.taker.example
                    data: \(folder.path)/data
                    api: {listen: "127.0.0.1:\(FreePort.next())"}
                    inbound:
                      ports:
                        - {listen: "127.0.0.1:\(port)", tls: none}
                      domains: [taker.example]
                      enforce_dmarc: \(enforcing)
                      authority: \(StrangersAreAuthenticatedTests.authority)
                    dns: {servers: ["127.0.0.1:\(dns)"], ipv6: false}
                    """, port: port, in: folder)
        }

        func signed(_ message: String) throws -> String {
            var signed = message
            for (selector, algorithm) in [("rsa", "rsa-sha256"), ("ed25519", "ed25519-sha256")] {
                let result = try Tool.run(
                    dkimsign,
                    ["--signalg", algorithm, selector, "sender.example", "\(folder.path)/\(selector).key"],
                    input: signed)
                try #require(result.status == 0, "\(result.errors)")
                signed = result.output
            }
            return signed
        }

        func submit(
            _ message: String, from sender: String, to recipient: String = "you@taker.example"
        ) throws -> Tool.Result {
            try Tool.run(python, [Tool.peer("submit.py"), "\(port)", sender, recipient], input: message)
        }

        func kept(_ mark: String) throws -> String {
            let found = try KeptMail.text(
                holding: mark, authority: StrangersAreAuthenticatedTests.authority, data: "\(folder.path)/data")
            return try #require(found, "\(mark) is not kept")
        }
    }

    private static func message(_ subject: String, from author: String, more: String = "") -> String {
        """
        \(more)From: \(author)
        To: you@taker.example
        Subject: \(subject)
        Date: Sat, 21 Nov 2026 10:00:00 +0000
        Message-ID: <\(subject)@sender.example>

        Who wrote this?
        END OF MESSAGE

        """.replacing("\n", with: "\r\n")
    }

    /// The field that the engine has put on top, unfolded.
    private static func results(_ kept: String) -> String {
        let lines = kept.replacing("\r\n", with: "\n").split(separator: "\n")
        let folded = lines.dropFirst().prefix { $0.hasPrefix(" ") || $0.hasPrefix("\t") }
        return (lines.prefix(1) + folded).joined().replacing("\t", with: " ")
    }

    @Test(.timeLimit(.minutes(2))) func theFieldOnTopSaysWhoVouches() throws {
        guard let scene = try Scene() else { return }
        defer { scene.names.kill() }
        let engine = try scene.engine(enforcing: false)

        // Whoever forges the author also forges the verdict of the receiver.
        let forgery = "Authentication-Results: \(Self.authority); dkim=pass header.d=sender.example; dmarc=pass\n"
        let genuine = try scene.signed(Self.message("genuine", from: "me@sender.example"))
        let sent = try scene.submit(genuine, from: "me@sender.example")
        #expect(sent.status == 0, "\(sent.errors) \(engine.errors)")
        let forged = try scene.submit(
            Self.message(
                "forged", from: "me@sender.example",
                more: forgery + "Authentication-Results: elsewhere.example; spf=pass\n"), from: "me@forger.example")
        #expect(forged.status == 0, "\(forged.errors)")
        // Signed, and changed on the way.
        let altered = try scene.submit(
            try scene.signed(Self.message("altered", from: "me@sender.example")).replacing("Who", with: "who"),
            from: "me@forger.example")
        #expect(altered.status == 0, "\(altered.errors)")
        let plain = try scene.submit(Self.message("unsigned", from: "me@sender.example"), from: "me@sender.example")
        #expect(plain.status == 0, "\(plain.errors)")
        let stranger = try scene.submit(
            Self.message("elsewhere", from: "me@sender.example"), from: "me@sender.example", to: "you@other.example")
        #expect(stranger.status != 0 && stranger.errors.contains("550 5.1.2"), "\(stranger.errors)")

        let first = try scene.kept("Subject: genuine")
        let verdict = Self.results(first)
        #expect(verdict.hasPrefix("Authentication-Results: \(Self.authority);"), "\(first)")
        #expect(verdict.contains("spf=pass") && verdict.contains("smtp.mailfrom=me@sender.example"), "\(verdict)")
        #expect(verdict.components(separatedBy: "dkim=pass").count == 3, "\(verdict)")
        #expect(verdict.contains("header.s=rsa") && verdict.contains("header.s=ed25519"), "\(verdict)")
        #expect(verdict.contains("dmarc=pass") && verdict.contains("header.from=sender.example"), "\(verdict)")
        #expect(first.contains("by mx.taker.example"), "Received names the host: \(first)")
        #expect(first.contains(genuine.prefix(while: { $0 != ";" })), "the message itself is as it was")

        let second = try scene.kept("Subject: forged")
        let suspicion = Self.results(second)
        #expect(suspicion.contains("dmarc=fail") && suspicion.contains("dkim=none"), "\(suspicion)")
        #expect(suspicion.contains("spf=pass") && suspicion.contains("smtp.mailfrom=me@forger.example"), "\(suspicion)")
        #expect(second.components(separatedBy: "\(Self.authority);").count == 2, "the forged field is gone: \(second)")
        #expect(second.contains("Authentication-Results: elsewhere.example; spf=pass"), "others' stay: \(second)")

        let third = Self.results(try scene.kept("Subject: altered"))
        #expect(third.contains("dkim=fail") && !third.contains("dkim=pass"), "\(third)")
        #expect(third.contains("dmarc=fail"), "\(third)")
        let fourth = Self.results(try scene.kept("Subject: unsigned"))
        #expect(
            fourth.contains("spf=pass") && fourth.contains("dkim=none") && fourth.contains("dmarc=pass"), "\(fourth)")
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }

    @Test(.timeLimit(.minutes(2))) func theAuthorsWishIsObeyedWhereTheOperatorWantsIt() throws {
        guard let scene = try Scene(), let swaks = Tool.path("swaks", neededFor: "inbound mail by swaks") else {
            return
        }
        defer { scene.names.kill() }
        let engine = try scene.engine(enforcing: true)
        let swaked = { (author: String, recipient: String) in
            try Tool.run(
                swaks,
                [
                    "--server", "127.0.0.1", "--port", "\(scene.port)", "--helo", "forger.example", "--from",
                    "me@forger.example", "--to", recipient, "--header", "From: \(author)", "--header",
                    "Subject: as \(author)",
                    "--body", "END OF MESSAGE",
                ])
        }
        let refused = try swaked("me@sender.example", "you@taker.example")
        #expect(refused.status != 0 && refused.output.contains("<** 550 5.7.26 "), "\(refused.output)")
        #expect(refused.output.contains("sender.example"), "the reply names whose policy it is: \(refused.output)")
        // Quarantine is not a refusal, and neither is a domain without a policy.
        let doubtful = try swaked("doubtful@cautious.example", "you@taker.example")
        #expect(doubtful.status == 0, "\(doubtful.output)")
        let unknown = try swaked("me@forger.example", "you@taker.example")
        #expect(unknown.status == 0, "\(unknown.output)")
        let elsewhere = try swaked("me@forger.example", "you@other.example")
        #expect(elsewhere.status != 0 && elsewhere.output.contains("<** 550 5.1.2 "), "\(elsewhere.output)")

        let message = try scene.signed(Self.message("genuine", from: "me@sender.example"))
        let genuine = try scene.submit(message, from: "bounces@forger.example")
        #expect(genuine.status == 0, "DKIM alone is enough: \(genuine.errors)")
        let verdict = Self.results(try scene.kept("Subject: as doubtful@cautious.example"))
        #expect(verdict.contains("dmarc=fail"), "\(verdict)")
        let mark = try KeptMail.text(
            holding: "Subject: as me@sender.example", authority: Self.authority, data: "\(scene.folder.path)/data")
        #expect(mark == nil, "what was refused is not kept")
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }
}
