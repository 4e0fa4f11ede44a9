import Mail
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1)))
struct JournalBatchTests {
    private static func options(_ disk: SimulatedDisk, segmentSize: Int = 64 << 20) -> JournalOptions {
        var options = JournalOptions(folder: "/journal")
        options.files = disk
        options.segmentSize = segmentSize
        options.probeInterval = .milliseconds(1)
        return options
    }

    private static func numbers(_ results: [Result<UInt64, JournalFailure>]) -> [UInt64] {
        results.compactMap { try? $0.get() }
    }

    @Test(arguments: [1, 2, 1_000])
    func `a batch is one commit and is found again in its order`(_ count: Int) async throws {
        let disk = SimulatedDisk()
        let journal = try Journal.reopen(Self.options(disk)).journal
        let before = journal.commitCounts
        let messages = (0..<count).map { JournalSample.message($0) }
        let numbers = Self.numbers(await journal.accept(batch: messages))
        #expect(numbers.count == count && numbers == numbers.sorted() && Set(numbers).count == count)
        #expect(journal.commitCounts.commits == before.commits + 1)
        #expect(journal.commitCounts.records == before.records + count)
        for place in [0, count / 2, count - 1] {
            #expect(try journal.load(numbers[place]).content.original == messages[place].content.original)
        }
        journal.close()
        let (again, recovered, _) = try Journal.reopen(Self.options(disk))
        defer { again.close() }
        #expect(recovered.map(\.id) == messages.map(\.id))
        #expect(recovered.map(\.number) == numbers)
    }

    @Test func `a batch may be longer than a segment`() async throws {
        let disk = SimulatedDisk()
        let options = Self.options(disk, segmentSize: 4_096)
        let journal = try Journal.reopen(options).journal
        let messages = (0..<100).map { JournalSample.message($0, size: 300) }
        #expect(Self.numbers(await journal.accept(batch: messages)).count == 100)
        journal.close()
        let (again, recovered, _) = try Journal.reopen(options)
        defer { again.close() }
        #expect(recovered.map(\.id) == messages.map(\.id))
    }

    @Test func `an empty batch returns at once, a closed journal takes none`() async throws {
        let journal = try Journal.reopen(Self.options(SimulatedDisk())).journal
        #expect(await journal.accept(batch: []).isEmpty)
        journal.close()
        let refused = await journal.accept(batch: (0..<3).map { JournalSample.message($0) })
        #expect(refused == Array(repeating: .failure(.closed), count: 3))
    }

    /// The disk fails at its first, second, ... call from the beginning of the batch: what was acknowledged is found
    /// again, what was refused is not, and each message has exactly one answer.
    @Test(arguments: [SimulatedDisk.Fault.error(5), .error(28), .short])
    func `a failing disk refuses some or all and mixes up none`(_ fault: SimulatedDisk.Fault) async throws {
        var refusals = 0
        for call in 1...40 {
            let disk = SimulatedDisk()
            let options = Self.options(disk, segmentSize: 4_096)
            let journal = try Journal.reopen(options).journal
            disk.plan(fault, atCall: call)
            let messages = (0..<40).map { JournalSample.message($0, size: 300) }
            let results = await journal.accept(batch: messages)
            #expect(results.count == 40)
            journal.close()
            disk.forgetPlan()
            let (again, recovered, _) = try Journal.reopen(options)
            again.close()
            let found = Set(recovered.map(\.id))
            for (message, result) in zip(messages, results) {
                switch result {
                case .success: #expect(found.contains(message.id), "lost at call \(call)")
                case .failure:
                    refusals += 1
                    #expect(!found.contains(message.id), "refused and kept at call \(call)")
                }
            }
        }
        #expect(refusals > 40)
    }
}
