import Loop
import Mail
import Queue

extension Operation {
    /// A message of 1 KiB made durable in a real folder by one caller: encoded, handed over to the writer's thread,
    /// written, synced. Most of the time is the disk's.
    static let journalAppend = Operation("journal-append", count: 300, isPure: false) {
        let appender = try Appender()
        return { times in
            for _ in 0..<times { try await appender.append() }
        }
    }
}

private final class Appender {
    private let folder: MicroFolder
    private let journal: Journal
    private var message = SampleMessage.accepted(1)
    private var number: UInt64 = 0

    init() throws {
        folder = try MicroFolder()
        journal = try Journal.open(JournalOptions(folder: folder.path), time: SystemTime()).journal
    }

    func append() async throws {
        number += 1
        message.id = SampleMessage.id(number)
        _ = try await journal.accept(message)
    }

    deinit { journal.close() }
}
