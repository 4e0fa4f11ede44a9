import Foundation
import Testing

/// The disk fills up under the engine: it answers 452 (to clients, and to strangers who bring mail) and 503, loses
/// nothing, and goes on by itself when there is room.
@Suite(.serialized) struct AFullDiskLosesNothingTests {
    private func run(queue: String, leaving: Int) throws {
        guard let disk = try SmallDisk(megabytes: 64),
            let python = Tool.path("python3", neededFor: "the full disk scenario")
        else { return }
        let folder = try TemporaryFolder()
        let (submission, destination, inbound) = (FreePort.next(), FreePort.next(), FreePort.next())
        let seen = try folder.file("seen")
        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination), "\(sink.errors)")
        let configuration = RelayConfiguration.text(
            data: disk.folder, submission: submission, destination: destination,
            more: """
                inbound: {ports: [{listen: "127.0.0.1:\(inbound)", tls: none}], domains: [sink.example]}
                authentication: {timeout: 1s}
                dns: {servers: ["127.0.0.1:\(FreePort.next())"], timeout: 100ms, attempts: 1}
                \(queue)
                """
        ).replacing("api:\n", with: "api:\n  require_verified_domain: false\n  require_known_domain: false\n")
        let engine = try Engine.serve(configuration: configuration, port: submission, in: folder)
        let api = try #require(configuration.firstMatch(of: /listen: (127\.0\.0\.1:\d+)/)).output.1

        var promised: [Int] = []
        var number = 0
        func probe() throws -> String {
            number += 1
            let answer = try Tool.run(python, [Tool.peer("probe.py"), "\(submission)", "\(number)"]).output
            if answer.hasPrefix("250") { promised.append(number) }
            return answer
        }
        func bring() throws -> String {
            try Tool.run(python, [Tool.peer("probe.py"), "\(inbound)", "0"]).output
        }
        _ = eventually { engine.output.contains("shown only now: ") }
        let key = try #require(engine.output.firstMatch(of: /shown only now: (\S+)/)).output.1
        func request() throws -> Int {
            number += 1
            let body = """
                {"from": "s@probe.example", "to": "r@sink.example", "subject": "n", "text": "x",
                 "headers": {"X-Number": "\(number)"}}
                """
            let status = try Curl.send("POST", "http://\(api)/v1/messages/send", key: String(key), body: body).status
            if status == 202 { promised.append(number) }
            return status
        }

        #expect(try probe().hasPrefix("250"))
        #expect(try bring().hasPrefix("250"))
        #expect(try request() == 202)
        try disk.fill(leaving: leaving)
        // What is preallocated or within the second of the last look may still be taken.
        let refused = try eventually(within: 60) { try probe().hasPrefix("452 4.3.1") }
        #expect(refused, "a full disk is answered 452: \(engine.errors)")
        #expect(try request() == 503)
        #expect(try bring().hasPrefix("452 4.3.1"))
        try disk.free()
        let accepted = try eventually(within: 60) { try probe().hasPrefix("250") }
        #expect(accepted, "goes on when there is room: \(engine.errors)")
        #expect(try request() == 202)
        #expect(try bring().hasPrefix("250"))

        let arrived = try eventually {
            let numbers = Set(
                try String(contentsOf: seen, encoding: .utf8).split(separator: "\n").compactMap { Int($0) })
            return numbers.isSuperset(of: promised)
        }
        #expect(arrived, "every message that was answered 250 arrives; promised \(promised)")
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }

    @Test(.timeLimit(.minutes(4))) func belowTheFloorOfFreeSpace() throws {
        try run(queue: "queue: {segment_size: 4MiB, free_disk_percent: 10}", leaving: 2 << 20)
    }

    @Test(.timeLimit(.minutes(4))) func whenTheWriteItselfFails() throws {
        try run(queue: "queue: {segment_size: 1MiB, free_disk_percent: 0}", leaving: 0)
    }
}
