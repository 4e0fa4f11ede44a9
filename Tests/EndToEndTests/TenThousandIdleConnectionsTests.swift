import Foundation
import Testing

/// 10,000 clients connect and say nothing. The engine, started with the usual soft limit of 1,024 open files, holds them in
/// little memory, takes mail from others at once, and answers 421 beyond its own limit.
@Suite(.serialized) struct TenThousandIdleConnectionsTests {
    private struct Figures: Decodable {
        var greeted: Int
        var before: Int
        var during: Int
        var replies: [String]
        var more: Int
        var refused: Int
    }

    @Test(.timeLimit(.minutes(5))) func theyCostLittleAndDisturbNobody() throws {
        guard let python = Tool.path("python3", neededFor: "10,000 idle connections"),
            let shell = Tool.path("sh", neededFor: "10,000 idle connections")
        else { return }
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_max >= 11_000 else {
            print("SKIPPED: 10,000 connections need a hard limit of 11,000 open files, which is \(limit.rlim_max) here")
            return
        }
        let folder = try TemporaryFolder()
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let seen = try folder.file("seen")
        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination), "\(sink.errors)")
        let configuration = try folder.file(
            "martlet.yaml",
            text: RelayConfiguration.text(
                data: folder, submission: submission, destination: destination, more: "server: {connections: 10100}"))
        let engine = try Daemon(
            shell, ["-c", "ulimit -Sn 1024; exec '\(Engine.binary)' serve --config '\(configuration.path)'"])
        try #require(engine.waits(for: submission), "\(engine.errors)")
        #expect(engine.errors.contains("limit=\(limit.rlim_max)"), "\(engine.errors)")

        let crowd = try Tool.run(
            python, [Tool.peer("idle.py"), "\(submission)", "10000", "300", "\(engine.identifier)"])
        try #require(crowd.status == 0, "\(crowd.errors) \(engine.errors)")
        let figures = try JSONDecoder().decode(Figures.self, from: Data(crowd.output.utf8))
        let each = (figures.during - figures.before) * 1_024 / 10_000
        print("10,000 idle connections: \(each) bytes each, RSS \(figures.during / 1_024) MiB")
        #expect(figures.greeted == 10_000)
        #expect(each < 40_000, "an idle session holds no buffers worth speaking of")
        #expect(figures.replies == [String](repeating: "250", count: 20))
        #expect(figures.more >= 90 && figures.more <= 110 && figures.more + figures.refused == 300, "\(figures)")
        let arrived = try eventually {
            try String(contentsOf: seen, encoding: .utf8).split(separator: "\n").count == 20
        }
        #expect(arrived, "\(engine.errors)")
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }
}
