import Foundation
import Testing

/// Every sync takes 300 ms: clients wait for their 250, nothing times out, many messages share each sync, all of them
/// arrive.
@Suite(.serialized) struct ASlowDiskOnlyMakesClientsWaitTests {
    @Test(.timeLimit(.minutes(4))) func messagesShareTheSyncs() throws {
        guard let python = Tool.path("python3", neededFor: "the slow disk scenario"),
            let compiler = Tool.path("cc", neededFor: "the slow disk scenario")
        else { return }
        let folder = try TemporaryFolder()
        let library = folder.path + "/slowsync.so"
        let compiled = try Tool.run(
            compiler,
            // Not named *.c: the package manager would take it for a part of this target.
            ["-shared", "-fPIC", "-O1", "-o", library, "-x", "c", Tool.peer("slowsync.c.txt"), "-ldl"])
        try #require(compiled.status == 0, "\(compiled.errors)")
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let (acked, seen, syncs) = (try folder.file("acked"), try folder.file("seen"), try folder.file("syncs"))
        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination), "\(sink.errors)")
        let configuration = try folder.file(
            "martlet.yaml",
            text: RelayConfiguration.text(data: folder, submission: submission, destination: destination))
        let engine = try Daemon(
            Engine.binary, ["serve", "--config", configuration.path],
            environment: ["LD_PRELOAD": library, "SLOW_SYNC_MS": "300", "SLOW_SYNC_COUNT": syncs.path])
        try #require(engine.waits(for: submission), "\(engine.errors)")

        let injector = try Daemon(python, [Tool.peer("inject.py"), "\(submission)", "600", "30", acked.path])
        #expect(injector.exitStatus(within: 150) == 0, "\(injector.errors)")
        let promised = Set(try Self.numbers(acked))
        #expect(promised.count == 600, "nobody was refused or cut off: \(engine.errors)")
        let arrived = try eventually(within: 60) { try promised.isSubset(of: Self.numbers(seen)) }
        #expect(arrived, "\(engine.errors)")
        #expect(try Self.numbers(seen).count == 600, "none of them twice")
        #expect(engine.terminate() == 0, "\(engine.errors)")
        let count = try Data(contentsOf: syncs).count
        print("slow disk: 600 messages and their outcomes in \(count) syncs")
        #expect(count > 0 && count < 300, "with one sync for each message there were 600 at least")
    }

    private static func numbers(_ file: URL) throws -> [Int] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { Int($0) }
    }
}
