import Foundation
import Testing

/// `martlet key`, `domain`, `send` and `queue` with the server running on the same folder, and without one.
@Suite struct CommandsWorkBesideARunningServerTests {
    private func martlet(_ arguments: [String]) throws -> Tool.Result { try Tool.run(Engine.binary, arguments) }

    @Test(.timeLimit(.minutes(3))) func aNewKeyAndDomainTakeEffectWithoutASignal() throws {
        let data = try TemporaryFolder()
        let engine = try Engine.dev(data: data)
        let made = try martlet(["key", "create", "--data", data.path, "--name", "cli", "--scope", "messages:read"])
        #expect(made.status == 0, "\(made.errors)")
        let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(key.hasPrefix("mt_live_"))
        #expect(try eventually { try engine.get("/v1/messages", key: key).status == 200 })
        #expect(try engine.post("/v1/messages/send", "{}", key: key).status == 403)

        let added = try martlet(["domain", "add", "cli.example", "--data", data.path])
        #expect(
            added.status == 0 && added.output.contains("._domainkey.cli.example.\tIN\tTXT\t\"v=DKIM1;"),
            "\(added.output)")
        #expect(try martlet(["domain", "add", "cli.example", "--data", data.path]).status != 0, "twice is an error")
        #expect(try engine.get("/v1/domains").body.contains("cli.example"))

        let smtp = engine.ready.smtp
        let sent = try martlet([
            "send", "--server", "\(smtp.host):\(smtp.port)", "--user", smtp.username, "--password", smtp.password,
            "--from", "me@cli.example", "--to", "you@example.net", "--subject", "from the command line", "--text", "hi",
        ])
        #expect(sent.status == 0 && sent.output.contains("you@example.net: 250 2.0.0"), "\(sent.output)\(sent.errors)")
        let refused = try martlet([
            "send", "--server", "\(smtp.host):\(smtp.port)", "--from", "me@cli.example", "--to", "you@example.net",
            "--text", "hi",
        ])
        #expect(refused.status != 0 && refused.output.contains("530 5.7.0"), "\(refused.output)\(refused.errors)")
        #expect(
            try eventually {
                try Curl.send("GET", engine.ready.inboxURL, key: nil).body.contains("from the command line")
            })
        #expect(try martlet(["queue", "--data", data.path]).output.contains("The queue is empty."))
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }

    @Test(.timeLimit(.minutes(2))) func theQueueSaysWhatWaitsAndWhy() throws {
        let folder = try TemporaryFolder()
        let (submission, nobody) = (FreePort.next(), FreePort.next())
        let engine = try Engine.serve(
            configuration: RelayConfiguration.text(data: folder, submission: submission, destination: nobody),
            port: submission, in: folder)
        let sent = try martlet([
            "send", "--server", "127.0.0.1:\(submission)", "--from", "a@src.example", "--to", "b@waiting.example",
            "--text", "t",
        ])
        #expect(sent.status == 0, "\(sent.output)\(sent.errors)")
        var last = ""
        let listed = try eventually {
            last = try martlet(["queue", "--data", "\(folder.path)/data"]).output
            return last.contains("waiting.example") && last.lowercased().contains("refused")
        }
        #expect(listed, "\(last)")
        #expect(engine.terminate() == 0, "\(engine.errors)")
        // Without a server the same command reads the same folder.
        #expect(try martlet(["queue", "--data", "\(folder.path)/data"]).output.contains("waiting.example"))
    }
}
