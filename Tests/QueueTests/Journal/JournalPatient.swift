import Mail

@testable import Queue

/// A journal of several sealed segments that a test does harm to.
struct JournalPatient {
    static let folder = "/journal"
    let disk: SimulatedDisk
    let messages: [AcceptedMessage]
    /// By the place of the message.
    let numbers: [UInt64]
    /// The messages that wait, by their identifier.
    let waiting: [UUIDv7]

    static func options(_ disk: SimulatedDisk) -> JournalOptions {
        var options = JournalOptions(folder: folder)
        options.files = disk
        options.segmentSize = 16 << 10
        return options
    }

    /// - Parameter count: every third of them is delivered, every third deferred, and the others have not been tried.
    static func make(_ count: Int = 120) async throws -> JournalPatient {
        let disk = SimulatedDisk()
        let (journal, _, _) = try Journal.reopen(options(disk))
        let messages = (0..<count).map { JournalSample.message($0, size: 300 + $0 % 7) }
        var numbers: [UInt64] = []
        // Nothing is removed: somebody has not read it yet.
        journal.acknowledge("projection", upTo: 1)
        for (index, message) in messages.enumerated() {
            let number = try await journal.accept(message)
            numbers.append(number)
            if index % 3 == 0 { _ = await journal.commit([JournalSample.delivered(message, number)]) }
            if index % 3 == 1 { _ = await journal.commit([JournalSample.deferred(message, number, next: 9_000)]) }
        }
        journal.close()
        let waiting = messages.enumerated().filter { $0.offset % 3 != 0 }.map(\.element.id)
        return JournalPatient(disk: disk, messages: messages, numbers: numbers, waiting: waiting)
    }

    /// The segments' names in the order of the log.
    var segments: [String] { Self.segments(disk) }

    static func segments(_ disk: SimulatedDisk) -> [String] {
        disk.names.filter { $0.hasSuffix(".seg") && !$0.contains("quarantine") }
            .map { String($0.dropFirst(folder.count + 1)) }.sorted()
    }

    /// The messages whose first record lies in this segment, by their place.
    func messages(in segment: Int) -> [Int] {
        let names = segments
        let first = SegmentHeader.first(inFileName: names[segment]) ?? 0
        let end = segment + 1 < names.count ? SegmentHeader.first(inFileName: names[segment + 1]) ?? 0 : .max
        return numbers.indices.filter { numbers[$0] >= first && numbers[$0] < end }
    }

    /// The place of a message's record in its file.
    func place(_ message: Int, in segment: Int) -> Int {
        Int(numbers[message] - (SegmentHeader.first(inFileName: segments[segment]) ?? 0))
    }

    func alter(_ segment: Int, _ body: (inout [UInt8]) -> Void) {
        disk.alter(Self.folder + "/" + segments[segment], body)
    }

    /// Every file of the folder, byte for byte.
    static func contents(_ disk: SimulatedDisk) -> [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        for name in disk.names { disk.alter(name) { all[name] = $0 } }
        return all
    }

    func survey() throws -> JournalSurvey { try JournalSurvey.make(Self.folder, files: disk) }

    @discardableResult
    static func repair(_ disk: SimulatedDisk, isConfirmed: Bool = true) throws -> JournalRepair.Outcome {
        try JournalRepair.run(options(disk), isConfirmed: isConfirmed)
    }

    /// What an engine finds that starts now.
    static func restart(_ disk: SimulatedDisk) throws -> (waiting: [UUIDv7], damages: Int) {
        let (journal, recovered, report) = try Journal.reopen(options(disk))
        journal.close()
        return (recovered.map(\.id), report.damages.count)
    }
}
