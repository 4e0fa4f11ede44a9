import Foundation
import Testing

/// The receiver is down and the queue grows until `memory_limit` is reached: the engine answers 452, is not
/// ready, loses nothing, and takes mail again by itself once the queue has gone out, although the allocator keeps what
/// was freed.
@Suite(.serialized) struct AMemoryLimitRefusesAndPassesTests {
    @Test(.timeLimit(.minutes(5))) func itGoesOnByItself() throws {
        guard let python = Tool.path("python3", neededFor: "the memory limit scenario") else { return }
        let folder = try TemporaryFolder()
        let (submission, destination, api) = (FreePort.next(), FreePort.next(), FreePort.next())
        let (acked, seen) = (try folder.file("acked"), try folder.file("seen"))
        func configuration(limit: String) -> String {
            """
            hostname: relay.example
            data: \(folder.path)/data
            api: {listen: "127.0.0.1:\(api)"}
            submission:
              - {listen: "127.0.0.1:\(submission)", tls: none, trusted_networks: [127.0.0.0/8]}
            queue: {memory_limit: \(limit), \(StuckReceivers.hurried)}
            transports:
              next: {kind: relay, hosts: ["127.0.0.1:\(destination)"], tls: none}
            routes:
              - {match: "*", transport: next}
            """
        }
        // What a build takes without mail differs; the limit lies 40 MiB above that: half of it are caches that stay.
        var engine = try Engine.serve(configuration: configuration(limit: "0"), port: submission, in: folder)
        let idle = try Self.resident(engine.identifier)
        #expect(engine.terminate() == 0, "\(engine.errors)")
        engine = try Engine.serve(
            configuration: configuration(limit: "\(idle / 1_024 + 40)MiB"), port: submission, in: folder)

        // It ends when a message is refused.
        let injector = try Daemon(python, [Tool.peer("inject.py"), "\(submission)", "200000", "20", acked.path])
        #expect(injector.exitStatus(within: 120) == 0, "\(injector.errors)")
        func probe(_ number: Int) throws -> String {
            try Tool.run(python, [Tool.peer("probe.py"), "\(submission)", "\(number)"]).output
        }
        #expect(try probe(900_001).hasPrefix("452 4.3.1"), "\(engine.errors)")
        let ready = try Curl.send("GET", "http://127.0.0.1:\(api)/readyz", key: nil)
        #expect(ready.status == 503 && ready.body.contains("memory"), "\(ready.body)")

        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination), "\(sink.errors)")
        var number = 900_001
        let accepted = try eventually(within: 90) {
            number += 1
            return try probe(number).hasPrefix("250")
        }
        let resident = try Self.resident(engine.identifier)
        #expect(accepted, "goes on when the queue is empty: \(resident) KiB, \(idle) KiB without mail")
        let promised = try Self.numbers(acked).union(accepted ? [number] : [])
        let arrived = try eventually(within: 60) { try promised.isSubset(of: Self.numbers(seen)) }
        #expect(arrived, "\(engine.errors)")
        print("memory limit: \(promised.count) messages until 40 MiB were full, none lost")
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }

    /// KiB.
    private static func resident(_ process: Int32) throws -> Int {
        let lines = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8).split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("VmRSS") })
        return try #require(Int(line.split(whereSeparator: \.isWhitespace)[1]))
    }

    private static func numbers(_ file: URL) throws -> Set<Int> {
        Set(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { Int($0) })
    }
}
