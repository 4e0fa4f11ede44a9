import Foundation
import Testing

/// The program is replaced by a newer one, the data folder stays: all that waited arrives, and what happened before is
/// still known.
@Suite struct AnOldDataFolderOpensTests {
    @Test(.timeLimit(.minutes(2))) func everyQueuedMessageOfTheOlderProgramArrives() throws {
        guard let python = Tool.path("python3", neededFor: "an old data folder") else { return }
        let folder = try TemporaryFolder()
        let data = try OldFolder.unpack(in: folder)
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let seen = try folder.file("seen")
        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination))
        // The mail of the fixture is older every day.
        let engine = try Engine.serve(
            configuration: RelayConfiguration.text(
                data: folder, submission: submission, destination: destination,
                more: "queue: {segment_size: 1MiB, free_disk_percent: 1, lifetime: 36500d}"),
            port: submission, in: folder)
        var address: Substring?
        let listens = eventually {
            let said = (engine.output + engine.errors).split(separator: "\n").first { $0.contains("the API listens") }
            address = said?.split(separator: " ").first { $0.hasPrefix("address=") }?.dropFirst("address=".count)
            return address != nil
        }
        #expect(listens, "\(engine.errors)")
        let api = try #require(address)
        // The operator's key of the older program.
        let key = "mt_live_BrpCRvt1T2SfNInbogrLljMwXd7not6T4m7J0tgH"
        // 503 until the journal has been read.
        let flushed = try eventually {
            let everything = #"{"selector": {"everything": true}}"#
            return try Curl.send("POST", "http://\(api)/v1/queue/flush", key: key, body: everything).status == 200
        }
        #expect(flushed, "\(engine.errors)")
        // Number 13 came by the API and says so in its text; the notice has no number.
        let expected = Set(([5, 6, 7, 8] + Array(10...12) + Array(14...18)).map { "\($0)" })
        let arrived = try eventually(within: 60) {
            let lines = try String(contentsOf: seen, encoding: .utf8).split(separator: "\n").map(String.init)
            return Set(lines).isSuperset(of: expected) && lines.count == 14
        }
        #expect(arrived, "\(engine.errors.suffix(1_000))")
        // What the older program delivered is known, and what this one did stands beside it.
        let told = try eventually(within: 30) {
            let answer = try Curl.send("GET", "http://\(api)/v1/messages?limit=50", key: key)
            let all = answer.json["data"] as? [[String: Any]] ?? []
            let delivered = all.filter { $0["status"] as? String == "delivered" }
            return all.count == 20 && delivered.count >= 18
        }
        #expect(told)
        #expect(engine.terminate() == 0, "\(engine.errors)")
        let check = try Tool.run(Engine.binary, ["journal", "check", data.path])
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        #expect(check.output.contains("unfinished 0 messages"))
    }
}
