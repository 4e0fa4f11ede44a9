import Foundation
import Testing

/// Postfix's load tools, swaks and Python's smtplib hand in mail; Postfix's sink takes it.
@Suite struct RealClientsSubmitTests {
    @Test(.timeLimit(.minutes(3))) func smtpSourceToSmtpSink() throws {
        guard let source = Tool.path("smtp-source", neededFor: "Postfix's tools"),
            let sinkPath = Tool.path("smtp-sink", neededFor: "Postfix's tools")
        else { return }
        let folder = try TemporaryFolder()
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let sink = try Daemon(sinkPath, ["-u", "nobody", "-c", "127.0.0.1:\(destination)", "1000"])
        try #require(sink.waits(for: destination), "\(sink.errors)")
        let engine = try Engine.serve(
            configuration: RelayConfiguration.text(data: folder, submission: submission, destination: destination),
            port: submission, in: folder)
        let result = try Tool.run(
            source,
            [
                "-d", "-s", "10", "-m", "2000", "-l", "1024", "-f", "a@src.example", "-t", "b@dst.example",
                "127.0.0.1:\(submission)",
            ])
        #expect(result.status == 0, "\(result.errors)")
        let arrived = eventually(within: 60) { Self.count(sink.output) >= 2_000 }
        #expect(arrived, "smtp-sink counted \(Self.count(sink.output)) of 2000: \(engine.errors)")
        #expect(engine.terminate() == 0, "\(engine.errors)")
        #expect(Self.count(sink.output) == 2_000, "none twice")
    }

    @Test(.timeLimit(.minutes(3))) func swaksWithAUTHUnderSTARTTLS() throws {
        guard let swaks = Tool.path("swaks", neededFor: "AUTH under STARTTLS") else { return }
        let engine = try Engine.dev(data: try TemporaryFolder())
        let smtp = engine.ready.smtp
        let common = ["--server", "\(smtp.host):\(smtp.port)", "--from", "a@example.com", "--to", "b@example.net"]
        for mechanism in ["PLAIN", "LOGIN"] {
            let sent = try Tool.run(
                swaks,
                common + ["--tls", "--auth", mechanism, "--auth-user", smtp.username, "--auth-password", smtp.password])
            #expect(sent.status == 0, "\(sent.output)\(sent.errors)")
        }
        let wrong = try Tool.run(
            swaks, common + ["--tls", "--auth", "PLAIN", "--auth-user", smtp.username, "--auth-password", "no"])
        #expect(wrong.status != 0 && wrong.output.contains("535 5.7.8"), "\(wrong.output)")
        let plain = try Tool.run(
            swaks, common + ["--auth", "PLAIN", "--auth-user", smtp.username, "--auth-password", smtp.password])
        #expect(
            plain.status != 0 && !plain.output.contains("235 "), "AUTH is not offered in plain text: \(plain.output)")
        let arrived = try eventually {
            try Curl.send("GET", engine.ready.inboxURL, key: nil).list.filter {
                ($0["from"] as? String) == "a@example.com"
            }.count == 2
        }
        #expect(arrived)
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }

    /// The last count that `smtp-sink -c` has printed; it overwrites its line with carriage returns.
    private static func count(_ output: String) -> Int {
        output.matches(of: /mes[sg]= *(\d+)/).last.flatMap { Int($0.1) } ?? 0
    }
}
