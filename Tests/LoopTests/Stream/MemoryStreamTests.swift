import Loop
import Mail
import MartletTesting
import Testing

@Suite("Memory streams and scripted peers", .timeLimit(.minutes(1)))
struct MemoryStreamTests {
    static let script = """
        S: 220 mx.example ESMTP
        C: EHLO *
        S: 250-mx.example
        S: 250 PIPELINING
        C: MAIL FROM:<*>*
        C: RCPT TO:<b@*>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 354 go
        C.
        S: 250 queued
        C: QUIT
        S: 221 bye
        X: close
        """

    @Test(
        "a dialogue arrives whole in any chunks, also with back-pressure", arguments: [1, 2, 7, 65_536], [1, 3, 9_999])
    func dialogue(chunk: Int, capacity: Int) async throws {
        let loop = SimulatedLoop()
        let link = MemoryLink(chunk: chunk, capacity: capacity, alarms: loop.time)
        let heard = try await loop.run { stage in
            let server = Task {
                _ = stage
                return try await ScriptedPeer(.server, Self.script).run(on: link.server())
            }
            let client = Task {
                _ = stage
                let stream = link.client()
                let script = """
                    S: 220 *
                    C: EHLO me
                    S: 250-*
                    S: 250 PIPELINING
                    C: MAIL FROM:<a@x> SIZE=10
                    C: RCPT TO:<b@y>
                    C: DATA
                    S: 250 *
                    S: 250 *
                    S: 354 *
                    C: Subject: x
                    C> \\r\\n..dot\\r\\n.\\r\\n
                    S: 250 *
                    C: QUIT
                    S: 221 *
                    X: eof
                    """
                try await ScriptedPeer(.client, script).run(on: stream)
            }
            try await client.value
            return try await server.value
        }
        let expected =
            "EHLO me\r\nMAIL FROM:<a@x> SIZE=10\r\nRCPT TO:<b@y>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n"
        #expect(String(decoding: heard, as: UTF8.self) == expected)
    }

    @Test("a script that is not followed says what it wanted")
    func mismatch() async throws {
        let loop = SimulatedLoop()
        let link = MemoryLink()
        await #expect(throws: ScriptedPeer.Mismatch.self) {
            try await loop.run { stage in
                let client = link.client()
                client.outbound.append("HELO x\r\n")
                try await client.flush()
                try await ScriptedPeer(.server, "C: EHLO *").run(on: link.server())
            }
        }
    }

    @Test("deadlines follow the virtual clock")
    func deadline() async throws {
        let loop = SimulatedLoop()
        let link = MemoryLink(alarms: loop.time)
        let result = try await loop.run { stage in
            let stream = link.client()
            stream.deadline = loop.time.now + .seconds(300)
            return await failure { () async throws(StreamFailure) in try await stream.fill() }
        }
        #expect(result == .timedOut)
        #expect(loop.time.now == MonotonicInstant(nanoseconds: 300_000_000_000))
        #expect(loop.time.pendingCount == 0)
    }

    @Test("drop is a reset, close is an end, closing oneself is closed, cancelling is cancelled")
    func endings() async throws {
        let loop = SimulatedLoop()
        let results = try await loop.run { stage in
            var results: [StreamFailure?] = []
            let broken = MemoryLink()
            let waiting = Task {
                _ = stage
                return await failure { () async throws(StreamFailure) in try await broken.client().fill() }
            }
            try await loop.time.sleep(for: .seconds(1))
            broken.drop()
            results.append(await waiting.value)

            let ended = MemoryLink()
            let (client, server) = (ended.client(), ended.server())
            client.outbound.append("x")
            try await client.flush()
            client.close()
            #expect(try await server.fill())
            #expect(try await server.fill() == false)
            server.outbound.append("x")
            results.append(await failure { () async throws(StreamFailure) in try await server.flush() })
            results.append(await failure { () async throws(StreamFailure) in try await client.fill() })

            let idle = MemoryLink()
            let reader = Task {
                _ = stage
                return await failure { () async throws(StreamFailure) in try await idle.client().fill() }
            }
            reader.cancel()
            results.append(await reader.value)
            return results
        }
        #expect(results == [.reset, .reset, .closed, .cancelled])
    }

    @Test(
        "patterns",
        arguments: [
            ("EHLO *", "EHLO mx", true), ("EHLO *", "EHLO ", true), ("EHLO *", "HELO x", false), ("*", "", true),
            ("a*b*c", "abc", true), ("a*b*c", "axxbyyc", true), ("a*b*c", "ac", false), ("a", "ab", false),
            ("*@x>*", "MAIL FROM:<a@x> SIZE=1", true), ("ab*ba", "aba", false),
        ])
    func patterns(pattern: String, text: String, matches: Bool) async throws {
        let loop = SimulatedLoop()
        let link = MemoryLink()
        let isMatch = try await loop.run { stage in
            let client = link.client()
            client.outbound.append(utf8: text + "\r\n")
            try await client.flush()
            return (try? await ScriptedPeer(.server, "C: \(pattern)").run(on: link.server())) != nil
        }
        #expect(isMatch == matches)
    }
}
