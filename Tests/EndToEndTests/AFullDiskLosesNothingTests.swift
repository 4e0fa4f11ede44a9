import Foundation
import Testing

/// The disk fills up under the engine: it answers 452 and 503, loses nothing, and goes on by itself when there is room.
@Suite(.serialized) struct AFullDiskLosesNothingTests {
    private func run(queue: String, leaving: Int) throws {
        guard let disk = try SmallDisk(megabytes: 64),
            let python = Tool.path("python3", neededFor: "the full disk scenario")
        else { return }
        let folder = try TemporaryFolder()
        let (submission, destination) = (FreePort.next(), FreePort.next())
        let seen = try folder.file("seen")
        let sink = try Daemon(python, [Tool.peer("sink.py"), "\(destination)", seen.path])
        try #require(sink.waits(for: destination), "\(sink.errors)")
        let engine = try Engine.serve(
            configuration: RelayConfiguration.text(
                data: disk.folder, submission: submission, destination: destination, more: queue),
            port: submission, in: folder)

        var promised: [Int] = []
        var number = 0
        func probe() throws -> String {
            number += 1
            let answer = try Tool.run(python, [Tool.peer("probe.py"), "\(submission)", "\(number)"]).output
            if answer.hasPrefix("250") { promised.append(number) }
            return answer
        }

        #expect(try probe().hasPrefix("250"))
        try disk.fill(leaving: leaving)
        // What is preallocated or within the second of the last look may still be taken.
        let refused = try eventually(within: 60) { try probe().hasPrefix("452 4.3.1") }
        #expect(refused, "a full disk is answered 452: \(engine.errors)")
        try disk.free()
        let accepted = try eventually(within: 60) { try probe().hasPrefix("250") }
        #expect(accepted, "goes on when there is room: \(engine.errors)")

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
