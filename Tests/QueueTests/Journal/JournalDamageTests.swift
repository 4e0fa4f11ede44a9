import Mail
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1)))
struct JournalDamageTests {
    static let folder = "/journal"

    static func options(_ disk: SimulatedDisk) -> JournalOptions {
        var options = JournalOptions(folder: folder)
        options.files = disk
        options.segmentSize = 64 << 10
        return options
    }

    /// Ten messages, each a commit of its own. Returns their numbers.
    static func fill(_ disk: SimulatedDisk, count: Int = 10) async throws -> [UInt64] {
        let (journal, _, _) = try Journal.reopen(options(disk))
        var numbers: [UInt64] = []
        for index in 0..<count { numbers.append(try await journal.accept(JournalSample.message(index))) }
        journal.close()
        return numbers
    }

    /// The word that a recipient was given up is lost with its record: reported, and at worst delivered after all.
    @Test func `a damaged bounce is reported and costs no message`() async throws {
        let disk = SimulatedDisk()
        let (journal, _, _) = try Journal.reopen(Self.options(disk))
        var ends: [UInt64] = []
        for index in 0..<3 {
            let message = JournalSample.message(index)
            let number = try await journal.accept(message)
            #expect(await journal.commit([JournalSample.bounced(message, number, [0])]))
            ends.append(journal.end)
        }
        _ = try await journal.accept(JournalSample.message(9))
        journal.close()
        for (index, end) in ends.enumerated() {
            let damaged = disk.afterKill()
            damaged.alter(Self.first) { $0[Int(end) - 5] ^= 0x10 }
            let (again, recovered, report) = try Journal.reopen(Self.options(damaged))
            again.close()
            #expect(report.damages.count == 1)
            #expect(recovered.map(\.id) == [JournalSample.message(index).id, JournalSample.message(9).id])
        }
    }

    static let first = folder + "/" + SegmentHeader.fileName(0)

    @Test func `a torn end is cut, wherever it is torn`() async throws {
        let disk = SimulatedDisk()
        let numbers = try await Self.fill(disk)
        let last = try #require(numbers.last)
        // The tenth record cut short, and everything behind it still empty.
        for cut in stride(from: Int(last) + 1, to: Int(last) + 600, by: 13) {
            let torn = disk.afterKill()
            torn.alter(Self.first) { bytes in
                for place in cut..<bytes.count { bytes[place] = 0 }
            }
            let (journal, recovered, report) = try Journal.reopen(Self.options(torn))
            let isWhole = recovered.count == 10
            #expect(recovered.map(\.number) == (isWhole ? numbers : numbers.dropLast()))
            #expect(report.damages.isEmpty)
            // Half a header is not known from what a recycled file held before.
            #expect((report.tornBytes > 0) == (!isWhole && cut >= Int(last) + RecordHeader.size))
            // What is written over the torn place is found again.
            let next = try await journal.accept(JournalSample.message(99))
            journal.close()
            let (again, later, _) = try Journal.reopen(Self.options(torn))
            again.close()
            #expect(later.map(\.number) == recovered.map(\.number) + [next])
        }
    }

    @Test func `any damaged byte is reported by file and offset, costs one message, and is kept in quarantine`()
        async throws
    {
        let disk = SimulatedDisk()
        let numbers = try await Self.fill(disk)
        for (index, victim) in numbers.dropLast().enumerated() {
            let next = numbers[index + 1]
            let place = victim + (next - victim) * UInt64(index) / 9
            let damaged = disk.afterKill()
            damaged.alter(Self.first) { $0[Int(place)] ^= 0x10 }
            let (journal, recovered, report) = try Journal.reopen(Self.options(damaged))
            defer { journal.close() }
            let damage = try #require(report.damages.first)
            #expect(report.damages.count == 1)
            #expect(damage.file == SegmentHeader.fileName(0))
            #expect(damage.offset == victim)
            #expect(damage.quarantined == "quarantine/" + SegmentHeader.fileName(0))
            #expect(damaged.names.contains(Self.folder + "/quarantine/" + SegmentHeader.fileName(0)))
            // Where only the content is damaged the message stays in the queue, and reading it fails.
            let lost = recovered.count == 9
            #expect(Set(numbers).subtracting(recovered.map(\.number)) == (lost ? [victim] : []))
            #expect(lost == (damage.skipped > 0))
            if !lost {
                #expect(throws: JournalFailure.damaged(file: SegmentHeader.fileName(0), offset: victim)) {
                    try journal.load(victim)
                }
            }
        }
    }

    @Test func `several damaged places are all reported`() async throws {
        let disk = SimulatedDisk()
        let numbers = try await Self.fill(disk)
        disk.alter(Self.first) { bytes in
            for index in [2, 5, 6] { bytes[Int(numbers[index]) + 5] ^= 1 }
        }
        let (journal, recovered, report) = try Journal.reopen(Self.options(disk))
        defer { journal.close() }
        // 5 and 6 lie beside one another: one gap.
        #expect(report.damages.map(\.offset) == [numbers[2], numbers[5]])
        #expect(recovered.count == 7)
    }

    @Test func `a damaged index is reported and the records are read instead`() async throws {
        let disk = SimulatedDisk()
        let numbers = try await Self.fill(disk, count: 400)
        disk.alter(Self.first) { $0[$0.count - 60] ^= 1 }
        let (journal, recovered, report) = try Journal.reopen(Self.options(disk))
        journal.close()
        #expect(recovered.map(\.number) == numbers)
        #expect(report.damages.first?.file == SegmentHeader.fileName(0))
        // It was sealed anew, so it is whole again.
        let (again, later, second) = try Journal.reopen(Self.options(disk))
        again.close()
        #expect(later.map(\.number) == numbers)
        #expect(second.damages.isEmpty)
    }

    @Test func `a damaged segment header is reported and its records are found all the same`() async throws {
        let disk = SimulatedDisk()
        let numbers = try await Self.fill(disk, count: 400)
        disk.alter(Self.first) { $0[20] ^= 1 }
        let (journal, recovered, report) = try Journal.reopen(Self.options(disk))
        journal.close()
        #expect(recovered.map(\.number) == numbers)
        #expect(report.damages.map(\.file) == [SegmentHeader.fileName(0)])
        #expect(report.damages.map(\.offset) == [0])
    }

    @Test func `a segment of a newer version is refused by name`() async throws {
        let disk = SimulatedDisk()
        _ = try await Self.fill(disk)
        disk.alter(Self.first) { $0[8] = 9 }
        #expect(throws: JournalFailure.unsupportedVersion(file: SegmentHeader.fileName(0), version: 9)) {
            _ = try Journal.reopen(Self.options(disk))
        }
    }

    @Test func `text that looks like a record inside a message is not one`() async throws {
        let disk = SimulatedDisk()
        let (journal, _, _) = try Journal.reopen(Self.options(disk))
        let decoy = try await journal.accept(JournalSample.message(0))
        journal.close()
        var stolen: [UInt8] = []
        disk.alter(Self.first) { stolen = Array($0[Int(decoy)..<Int(decoy) + 700]) }
        // A client sends the bytes of a record as its message, and the record in front is then damaged.
        var message = JournalSample.message(1)
        message.content = Content(original: stolen + stolen)
        let (second, _, _) = try Journal.reopen(Self.options(disk))
        let victim = try await second.accept(message)
        let last = try await second.accept(JournalSample.message(2))
        second.close()
        disk.alter(Self.first) { $0[Int(victim)] ^= 1 }
        let (third, recovered, report) = try Journal.reopen(Self.options(disk))
        defer { third.close() }
        #expect(recovered.map(\.number) == [decoy, last])
        #expect(report.damages.map(\.offset) == [victim])
    }
}
