import Foundation
import Testing

/// A bit has flipped on disk: the engine says in which file and where, keeps a copy, and carries the rest.
@Suite struct ADamagedSegmentIsNamedTests {
    @Test(.timeLimit(.minutes(3))) func theLogNamesFileAndOffsetAndTheOtherMessagesArrive() throws {
        guard let python = Tool.path("python3", neededFor: "a damaged segment") else { return }
        let folder = try TemporaryFolder()
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let (acked, seen) = (try folder.file("acked"), try folder.file("seen"))
        let configuration = RelayConfiguration.text(
            data: folder, submission: submission, destination: destination,
            more: "queue: {retry: {first: 1s, maximum: 1s}, site_back_off: {first: 1s, maximum: 1s}}")
        let engine = try Engine.serve(configuration: configuration, port: submission, in: folder)
        let injector = try Daemon(python, [Tool.peer("inject.py"), "\(submission)", "200", "5", acked.path])
        #expect(injector.exitStatus(within: 60) == 0, "\(injector.errors)")
        engine.kill()

        // One byte of one message's text, in the middle of the log.
        let journal = folder.url.appendingPathComponent("data/journal")
        let files = try FileManager.default.contentsOfDirectory(at: journal, includingPropertiesForKeys: nil)
        let (segment, place) = try #require(
            files.compactMap { file -> (URL, Int)? in
                guard let bytes = try? Data(contentsOf: file),
                    let found = bytes.range(of: Data("X-Number: 100\r\n".utf8))
                else { return nil }
                return (file, found.lowerBound)
            }.first, "no file of \(files) holds message 100")
        let handle = try FileHandle(forUpdating: segment)
        try handle.seek(toOffset: UInt64(place))
        try handle.write(contentsOf: Data("x".utf8))
        try handle.close()

        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination))
        let again = try Engine.serve(configuration: configuration, port: submission, in: folder)
        #expect(
            eventually { again.errors.contains("damaged") && again.errors.contains(segment.lastPathComponent) },
            "\(again.errors)")
        let promised = Set(try String(contentsOf: acked, encoding: .utf8).split(separator: "\n"))
        #expect(promised.count == 200)
        let arrived = try eventually(within: 60) {
            promised.subtracting(["100"])
                .isSubset(of: Set(try String(contentsOf: seen, encoding: .utf8).split(separator: "\n")))
        }
        #expect(arrived, "\(again.errors)")
        #expect(again.terminate() == 0, "\(again.errors)")
    }
}
