import Foundation
import Glibc
import Mail
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1)))
struct JournalProcessTests {
    @Test func `a folder belongs to one journal at a time`() async throws {
        try await JournalSample.withFolder { folder in
            let (journal, _, _) = try Journal.reopen(JournalOptions(folder: folder))
            #expect(throws: JournalFailure.locked(pid: getpid())) {
                _ = try Journal.reopen(JournalOptions(folder: folder))
            }
            journal.close()
            let (again, _, _) = try Journal.reopen(JournalOptions(folder: folder))
            again.close()
        }
    }

    @Test func `a second process is refused, and told who has the folder`() async throws {
        try await JournalSample.withFolder { folder in
            let (journal, _, _) = try Journal.reopen(JournalOptions(folder: folder))
            defer { journal.close() }
            await #expect(processExitsWith: .exitCode(42)) { [folder = folder as String] in
                do throws(JournalFailure) {
                    _ = try Journal.open(JournalOptions(folder: folder), time: JournalTestTime())
                } catch {
                    if case .locked(let pid?) = error, pid != getpid() { exit(42) }
                }
                exit(1)
            }
        }
    }

    /// kill -9 while four callers accept without pause; each writes down what was acknowledged.
    @Test(arguments: 1...4) func `kill -9 loses nothing that was acknowledged`(_ round: Int) async throws {
        try await JournalSample.withFolder { folder in
            await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, round = round as Int] in
                var options = JournalOptions(folder: folder)
                options.segmentSize = 64 << 10
                let (journal, _, _) = try Journal.open(options, time: JournalTestTime())
                let acknowledged = unsafe Glibc.open(folder + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                await withTaskGroup(of: Void.self) { group in
                    for lane in 0..<4 {
                        group.addTask {
                            for index in 0..<100_000 {
                                let message = JournalSample.message(lane * 100_000 + index)
                                guard let number = try? await journal.accept(message) else { exit(1) }
                                let line = Array("\(number) \(message.id)\n".utf8)
                                _ = unsafe line.withUnsafeBytes {
                                    unsafe Glibc.write(acknowledged, $0.baseAddress, $0.count)
                                }
                                if lane == 3, index == 100 * round { kill(getpid(), SIGKILL) }
                            }
                        }
                    }
                }
            }
            let text = try String(contentsOfFile: folder + "/acknowledged", encoding: .utf8)
            let acknowledged = text.split(separator: "\n").map { $0.split(separator: " ") }
            #expect(acknowledged.count >= 100 * round)
            var options = JournalOptions(folder: folder)
            options.segmentSize = 64 << 10
            let (journal, recovered, report) = try Journal.open(options, time: JournalTestTime())
            defer { journal.close() }
            #expect(report.damages.isEmpty)
            let found = Dictionary(uniqueKeysWithValues: recovered.map { ($0.number, $0.id.description) })
            for line in acknowledged { #expect(found[UInt64(line[0]) ?? 0] == String(line[1])) }
            // Four callers had at most one message each on its way.
            #expect(recovered.count <= acknowledged.count + 4)
            print("journal kill -9: \(acknowledged.count) acknowledged, \(recovered.count) recovered, 0 lost")
        }
    }
}
