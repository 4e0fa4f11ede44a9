import Foundation
import Testing

/// Somebody goes back to an older version: it does not start on what the newer one wrote, says why, and touches
/// nothing.
@Suite struct ANewerDataFolderIsLeftAloneTests {
    /// A file of the folder, and what makes it newer: the version of a segment, of an index, of a database.
    @Test(arguments: ["journal", "captured", "control"]) func theEngineSaysWhyAndChangesNoByte(_ what: String) throws {
        let folder = try TemporaryFolder()
        let data = try OldFolder.unpack(in: folder)
        let file: String
        switch what {
        case "control":
            file = "control.sqlite"
            let script = """
                import sqlite3, sys
                base = sqlite3.connect(sys.argv[1])
                base.execute("INSERT INTO grdb_migrations VALUES ('99 of tomorrow')")
                base.commit()
                base.close()
                """
            guard let python = Tool.path("python3", neededFor: "a newer database") else { return }
            let made = try Tool.run(python, ["-c", script, data.appendingPathComponent(file).path])
            try #require(made.status == 0, "\(made.errors)")
        default:
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(data.path)/\(what)")
            file = "\(what)/" + (try #require(names.filter { $0.hasSuffix(".seg") }.max()))
            let handle = try FileHandle(forUpdating: data.appendingPathComponent(file))
            try handle.seek(toOffset: 8)
            try handle.write(contentsOf: Data([77]))
            try handle.close()
        }
        let before = try OldFolder.contents(data)
        let configuration = try folder.file(
            "martlet.yaml",
            text: RelayConfiguration.text(data: folder, submission: FreePort.next(), destination: FreePort.next()))
        let daemon = try Daemon(Engine.binary, ["serve", "--config", configuration.path])
        let status = daemon.exitStatus(within: 30)
        #expect(status == 1, "\(daemon.errors)")
        #expect(daemon.errors.contains("was written by a newer Martlet"), "\(daemon.errors)")
        #expect(daemon.errors.contains(file), "\(daemon.errors)")
        #expect(daemon.errors.contains(what == "control" ? "99 of tomorrow" : "format 77"))
        #expect(daemon.errors.contains("this build"))
        #expect(try OldFolder.contents(data) == before)
        guard what != "control" else { return }
        // The tools do not go near it either.
        for verb in [["check"], ["dump", "--log", what], ["repair", "--yes"]] {
            let result = try Tool.run(Engine.binary, ["journal", verb[0], data.path] + verb.dropFirst())
            #expect(result.status == 2, "\(verb): \(result.output)\(result.errors)")
            #expect(result.errors.contains("format 77"))
        }
        #expect(try OldFolder.contents(data) == before)
    }
}
