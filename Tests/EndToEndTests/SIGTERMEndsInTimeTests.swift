import Foundation
import Testing

/// SIGTERM while receivers hang at every phase of the conversation, and clients in the middle of theirs: the engine ends
/// when `drain` is over, and what was acknowledged arrives after the next start.
@Suite(.serialized) struct SIGTERMEndsInTimeTests {
    @Test(.timeLimit(.minutes(4))) func whateverHangs() throws {
        guard let python = Tool.path("python3", neededFor: "receivers that hang") else { return }
        let folder = try TemporaryFolder()
        let receivers = try StuckReceivers(python)
        let submission = FreePort.next()
        // The usual timeouts of minutes, and two seconds for the end.
        let configuration = receivers.configuration(data: folder, submission: submission, queue: "drain: 2s")
        let engine = try Engine.serve(configuration: configuration, port: submission, in: folder)
        for (place, phase) in StuckReceivers.phases.enumerated() {
            try receivers.hand(5, from: 10 * place, to: phase, through: submission)
        }
        let hang = try eventually { try receivers.stuck.count == StuckReceivers.phases.count }
        #expect(hang, "a conversation hangs at every phase")
        // A client that has begun a message and says no more.
        let client = try Daemon(
            python,
            [
                "-c",
                """
                import socket, sys, time
                s = socket.create_connection(("127.0.0.1", \(submission)))
                f = s.makefile("rb")
                f.readline()
                s.sendall(b"HELO x\\r\\n"); f.readline()
                s.sendall(b"MAIL FROM:<s@x.example>\\r\\n"); f.readline()
                s.sendall(b"RCPT TO:<r@x.example>\\r\\n"); f.readline()
                s.sendall(b"DATA\\r\\n"); f.readline()
                s.sendall(b"From: s@x.example\\r\\n")
                print("hangs", flush=True)
                f.read()
                """,
            ])
        #expect(eventually { client.output.contains("hangs") }, "\(client.errors)")
        // Timeouts of receivers and clients are minutes: only the deadline can have ended it.
        engine.signal(SIGTERM)
        #expect(engine.exitStatus(within: 45) == 0, "\(engine.errors)")

        try receivers.heal()
        let again = try Engine.serve(configuration: configuration, port: submission, in: folder)
        let expected = Set(StuckReceivers.phases.indices.flatMap { (10 * $0)..<(10 * $0 + 5) })
        let arrived = try eventually(within: 60) { try expected.isSubset(of: receivers.arrived) }
        let missing = try expected.subtracting(receivers.arrived).sorted()
        #expect(arrived, "missing: \(missing) \(again.errors)")
        #expect(try receivers.arrived.count == expected.count, "none of them twice")
        #expect(again.terminate() == 0, "\(again.errors)")
    }
}
