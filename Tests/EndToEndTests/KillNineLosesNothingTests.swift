import Foundation
import Testing

/// The engine dies in the middle of 20,000 messages, twice, and starts again: every message that it has answered 250 arrives.
@Suite(.serialized) struct KillNineLosesNothingTests {
    @Test(.timeLimit(.minutes(10))) func everyAcknowledgedMessageArrives() throws {
        guard let python = Tool.path("python3", neededFor: "the kill -9 scenario") else { return }
        let folder = try TemporaryFolder()
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let (acked, seen) = (try folder.file("acked"), try folder.file("seen"))
        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination), "the sink did not start: \(sink.errors)")
        let configuration = RelayConfiguration.text(data: folder, submission: submission, destination: destination)

        var first = 0
        for pause in [4_000, 12_000, 20_000] {
            let engine = try Engine.serve(configuration: configuration, port: submission, in: folder)
            let injector = try Daemon(
                python, [Tool.peer("inject.py"), "\(submission)", "\(20_000 - first)", "20", acked.path, "\(first)"])
            let reached = eventually(within: 240) {
                (try? Self.numbers(acked).count) ?? 0 >= pause || !injector.isRunning
            }
            try #require(reached, "the injector stalls at \((try? Self.numbers(acked).count) ?? 0)")
            if pause < 20_000 {
                engine.kill()
                #expect(injector.exitStatus(within: 60) == 0, "\(injector.errors)")
            } else {
                #expect(injector.exitStatus(within: 240) == 0, "\(injector.errors)")
                let promised = try Set(Self.numbers(acked))
                let arrived = eventually(within: 120) { promised.isSubset(of: Set((try? Self.numbers(seen)) ?? [])) }
                let missing = try promised.subtracting(Self.numbers(seen))
                #expect(arrived, "\(missing.count) of \(promised.count) acknowledged messages never arrived")
                #expect(engine.terminate() == 0, "\(engine.errors)")
            }
            first = (try Self.numbers(acked).max() ?? -1) + 1 + 20
        }

        let promised = try Self.numbers(acked)
        let received = try Self.numbers(seen)
        let lost = Set(promised).subtracting(received).count
        #expect(lost == 0)
        let repeats = received.count - Set(received).count
        print("kill -9: \(promised.count) acknowledged, \(lost) lost, \(repeats) repeated over 2 kills")
        #expect(promised.count > 15_000)
        #expect(Set(promised).count == promised.count)
        // What was answered in the window before each kill may come twice, and nothing else.
        #expect(repeats < 2 * 1_000)
    }

    private static func numbers(_ file: URL) throws -> [Int] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { Int($0) }
    }
}
