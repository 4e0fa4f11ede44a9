import Foundation
import Testing

/// SIGHUP changes the way out without a restart; SIGTERM ends the engine with everything on disk.
@Suite struct SignalsDrainAndReloadTests {
    @Test(.timeLimit(.minutes(3))) func aNewRouteIsTakenAndABadFileIsNot() throws {
        guard let python = Tool.path("python3", neededFor: "signals") else { return }
        let folder = try TemporaryFolder()
        let (submission, first, second) = (FreePort.next(), FreePort.next(), FreePort.next())
        let (old, new) = (try folder.file("old"), try folder.file("new"))
        let sinks = [
            try Daemon(python, [Tool.peer("sink.py"), "\(first)", old.path]),
            try Daemon(python, [Tool.peer("sink.py"), "\(second)", new.path]),
        ]
        try #require(sinks[0].waits(for: first) && sinks[1].waits(for: second))
        let configuration = RelayConfiguration.text(data: folder, submission: submission, destination: first)
        let engine = try Engine.serve(configuration: configuration, port: submission, in: folder)
        func hand(_ number: Int) throws {
            let answer = try Tool.run(python, [Tool.peer("probe.py"), "\(submission)", "\(number)"]).output
            #expect(answer.hasPrefix("250"), "\(answer)")
        }
        func has(_ file: URL, _ number: Int) throws -> Bool {
            try String(contentsOf: file, encoding: .utf8).split(separator: "\n").contains("\(number)")
        }
        try hand(1)
        #expect(try eventually { try has(old, 1) })

        try folder.file(
            "martlet.yaml", text: configuration.replacingOccurrences(of: ":\(first)\"", with: ":\(second)\""))
        engine.signal(SIGHUP)
        #expect(eventually { engine.errors.contains("reloaded;") }, "\(engine.errors)")
        try hand(2)
        #expect(try eventually { try has(new, 2) }, "\(engine.errors)")
        #expect(try !has(old, 2))

        try folder.file("martlet.yaml", text: "hostname: [")
        engine.signal(SIGHUP)
        #expect(eventually { engine.errors.contains("the configuration stays as it was") }, "\(engine.errors)")
        try hand(3)
        #expect(try eventually { try has(new, 3) })
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }

    @Test(.timeLimit(.minutes(3))) func whatWasAcceptedBeforeSIGTERMArrivesAfterTheNextStart() throws {
        guard let python = Tool.path("python3", neededFor: "signals") else { return }
        let folder = try TemporaryFolder()
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let (acked, seen) = (try folder.file("acked"), try folder.file("seen"))
        // Nobody listens at the destination yet: everything stays in the queue.
        let configuration = RelayConfiguration.text(
            data: folder, submission: submission, destination: destination,
            more: "queue: {retry: {first: 1s, maximum: 1s}, site_back_off: {first: 1s, maximum: 1s}}")
        let engine = try Engine.serve(configuration: configuration, port: submission, in: folder)
        let injector = try Daemon(python, [Tool.peer("inject.py"), "\(submission)", "500", "10", acked.path])
        #expect(injector.exitStatus(within: 60) == 0, "\(injector.errors)")
        #expect(engine.terminate() == 0, "\(engine.errors)")
        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination))
        let again = try Engine.serve(configuration: configuration, port: submission, in: folder)
        let promised = Set(try String(contentsOf: acked, encoding: .utf8).split(separator: "\n"))
        #expect(promised.count == 500)
        let arrived = try eventually(within: 60) {
            promised.isSubset(of: Set(try String(contentsOf: seen, encoding: .utf8).split(separator: "\n")))
        }
        #expect(arrived, "\(again.errors)")
        #expect(again.terminate() == 0, "\(again.errors)")
    }
}
