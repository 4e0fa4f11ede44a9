import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@testable import MTA

/// Timeouts, limits on connections, early talk, draining: over a real socket.
@Suite("Server: the life of a session", .timeLimit(.minutes(1)))
struct ServerLifeTests {
    /// What a raw client hears: each step is sent, then everything up to the pause is read.
    private func talk(_ host: ServerHost, _ steps: [String], before: String = "") async throws -> String? {
        let data = try JSONSerialization.data(withJSONObject: steps)
        let script = """
            import json, socket
            steps = json.loads(r'''\(String(decoding: data, as: UTF8.self))''')
            s = socket.create_connection(('127.0.0.1', \(host.port)), timeout=10)
            def lines(f):
                while True:
                    line = f.readline()
                    print(line.decode('latin1').rstrip())
                    if line[3:4] != b'-': return line
            f = s.makefile('rb')
            \(before)
            lines(f)
            for step in steps:
                s.sendall(step.encode('latin1'))
                if not lines(f): break
            """
        return try await ServerTool.run("python3", ["-"], input: script)?.text
    }

    @Test("Silence ends with 421 4.4.2")
    func commandTimeout() async throws {
        let host = try ServerHost { $0.timeouts.command = .milliseconds(100) }
        if let text = try await talk(host, ["EHLO x\r\n", ""]) { #expect(text.contains("421 4.4.2")) }
        await host.stop()
    }

    @Test("Content that comes too slowly ends with 421 4.4.2")
    func dataTimeout() async throws {
        let host = try ServerHost { $0.timeouts.data = .milliseconds(150) }
        let steps = ["EHLO x\r\n", "MAIL FROM:<a@b.example>\r\n", "RCPT TO:<c@d.example>\r\n", "DATA\r\n", "x\r\n"]
        if let text = try await talk(host, steps) { #expect(text.contains("354") && text.contains("421 4.4.2")) }
        #expect(host.intake.submissions.isEmpty)
        await host.stop()
    }

    @Test("Whoever speaks before the greeting is refused")
    func earlyTalk() async throws {
        let host = try ServerHost { $0.timeouts.greetingPause = .milliseconds(500) }
        if let text = try await talk(host, [], before: "s.sendall(b'EHLO x\\r\\n')") {
            #expect(text.hasPrefix("503 5.5.1 Wait"))
        }
        if let text = try await talk(host, ["EHLO x\r\n"]) {
            #expect(text.hasPrefix("220 ") && text.contains("250 ENH"))
        }
        await host.stop()
    }

    @Test("More connections than a client may have get 421")
    func connectionLimit() async throws {
        let host = try ServerHost(trusted: false) { $0.limits.connectionsPerClient = 2 }
        let script = """
            import socket
            s = [socket.create_connection(('127.0.0.1', \(host.port)), timeout=10) for _ in range(3)]
            print(sorted(x.recv(1000)[:9] for x in s))
            s[0].close(); s[1].close(); s[2].close()
            """
        if let output = try await ServerTool.run("python3", ["-"], input: script) {
            #expect(output.text == "[b'220 mx.ex', b'220 mx.ex', b'421 4.7.0']\n")
        }
        await host.stop()
    }

    @Test("A drain says 421 to idle sessions and lets a transaction finish")
    func drain() async throws {
        let host = try ServerHost()
        let script = """
            import socket, sys, threading
            def client(busy):
                s = socket.create_connection(('127.0.0.1', \(host.port)), timeout=20)
                f = s.makefile('rb'); f.readline()
                def say(x):
                    s.sendall(x)
                    while True:
                        l = f.readline()
                        if l[3:4] != b'-': return l
                say(b'EHLO x\\r\\n')
                if busy:
                    say(b'MAIL FROM:<a@b.example>\\r\\n'); say(b'RCPT TO:<c@d.example>\\r\\n'); say(b'DATA\\r\\n')
                return s, f, say
            idle, busy = client(False), client(True)
            print('ready', flush=True)
            first = idle[1].readline()
            print(first[:9], idle[1].readline())
            print(busy[2](b'x\\r\\n.\\r\\n')[:9])
            print(busy[1].readline()[:9])
            """
        // The drain begins when both sessions are where the test wants them.
        async let output = ServerTool.run("python3", ["-"], input: script)
        var states: [SessionState] = []
        while states.count < 2 || !states.contains(.data) || !states.contains(.ready) {
            try await Task.sleep(for: .milliseconds(5))
            states = []
            for conversation in host.server.conversations { states.append(await conversation.state) }
        }
        await host.stop()
        if let output = try await output {
            #expect(output.text == "ready\nb'421 4.3.2' b''\nb'250 2.0.0'\nb'421 4.3.2'\n")
        }
        #expect(host.intake.submissions.count == 1)
    }

    @Test("The queue's refusals reach the client and lose nothing", arguments: [Refusal.diskLow, .storageUnavailable])
    func refusal(refusal: Refusal) async throws {
        let host = try ServerHost()
        host.intake.refusal = refusal
        let steps = [
            "EHLO x\r\n", "MAIL FROM:<a@b.example>\r\n", "RCPT TO:<c@d.example>\r\n", "DATA\r\n", "x\r\n.\r\n",
            "NOOP\r\n",
        ]
        if let text = try await talk(host, steps) { #expect(text.hasSuffix("again later\n250 2.0.0 Ok\n"), "\(text)") }
        #expect(host.intake.submissions.isEmpty)
        await host.stop()
    }
}
