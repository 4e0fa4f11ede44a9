import Foundation
import Testing

/// Three in the morning: the disk has lost a page. `martlet journal` names the place, shows what lies there, mends what
/// can be mended, and the engine carries the rest.
@Suite struct ADamagedJournalIsMendedTests {
    @Test(.timeLimit(.minutes(2))) func checkNamesItRepairMendsItAndTheRestArrives() throws {
        guard let python = Tool.path("python3", neededFor: "a damaged journal") else { return }
        let folder = try TemporaryFolder()
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let (acked, seen) = (try folder.file("acked"), try folder.file("seen"))
        let configuration = RelayConfiguration.text(
            data: folder, submission: submission, destination: destination,
            more:
                "queue: {segment_size: 1MiB, retry: {first: 1s, maximum: 1s}, site_back_off: {first: 1s, maximum: 1s}}")
        let data = "\(folder.path)/data"
        let engine = try Engine.serve(configuration: configuration, port: submission, in: folder)
        let injector = try Daemon(python, [Tool.peer("inject.py"), "\(submission)", "300", "5", acked.path])
        #expect(injector.exitStatus(within: 60) == 0, "\(injector.errors)")
        // Beside the running engine: nothing is wrong, and it says who has the folder.
        let beside = try journal("check", data)
        #expect(beside.status == 0 && beside.output.contains("in use by process \(engine.identifier)"))
        #expect(try journal("repair", data, "--yes").status == 2)
        engine.kill()

        let dump = try journal("dump", data, "--kind", "accepted", "--json")
        let records = try dump.output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(records.count == 300)
        let victim = try #require(records.dropFirst(100).first)
        let file = try #require(victim["file"] as? String)
        let (place, message) = (
            try #require(victim["position"] as? Int), try #require(victim["message"] as? String)
        )
        let content = try journal("dump", data, "--message", message, "--content")
        let number = try #require(
            content.output.split(separator: "\r\n").first { $0.hasPrefix("X-Number: ") }?.dropFirst("X-Number: ".count))

        // The head of the record is gone: nobody can tell any more whose message it was.
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: "\(data)/journal/\(file)"))
        try handle.seek(toOffset: UInt64(place))
        try handle.write(contentsOf: Data(repeating: 0, count: 60))
        try handle.close()

        let check = try journal("check", data)
        #expect(check.status == 1)
        #expect(check.output.contains("DAMAGE: \(file) at \(place)"), "\(check.output)")
        let told = try journal("repair", data)
        #expect(told.status == 1 && told.output.contains("Nothing was changed"), "\(told.output)")
        #expect(try journal("check", data).output == check.output)
        let mended = try journal("repair", data, "--yes")
        #expect(mended.status == 0 && mended.output.contains("sound now"), "\(mended.output)\(mended.errors)")
        #expect(mended.output.contains("299 messages wait"), "\(mended.output)")
        #expect(mended.output.contains("as found: quarantine/\(file)"))
        #expect(try journal("repair", data, "--yes").output.contains("nothing to do"))

        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination))
        let again = try Engine.serve(configuration: configuration, port: submission, in: folder)
        let promised = Set(try String(contentsOf: acked, encoding: .utf8).split(separator: "\n").map(String.init))
        let arrived = try eventually(within: 60) {
            Set(try String(contentsOf: seen, encoding: .utf8).split(separator: "\n").map(String.init))
                == promised.subtracting([String(number)])
        }
        #expect(arrived, "\(again.errors.suffix(1_000))")
        #expect(!again.errors.contains("damaged"), "\(again.errors)")
        #expect(again.terminate() == 0, "\(again.errors)")
    }

    private func journal(_ verb: String, _ data: String, _ more: String...) throws -> Tool.Result {
        try Tool.run(Engine.binary, ["journal", verb, data] + more)
    }
}
