import Mail

@testable import Queue

extension Operation {
    /// A group of eight messages of 1 KiB, encoded, written to a segment in a real folder and synced: what callers and
    /// writer do for a group commit, without the way from thread to thread.
    static let journalCommit = Operation("journal-commit", count: 200) {
        let committer = try Committer()
        return { times in
            for _ in 0..<times { try committer.commit() }
        }
    }
}

private final class Committer {
    private let folder: MicroFolder
    private var segment: ActiveSegment
    private var buffer: [UInt8] = []
    private let messages = (1...8).map { SampleMessage.accepted($0) }
    private let seed = RecordHeader.seed(UUIDv7(high: 5, low: 6))
    private let size: UInt64 = 64 << 20

    init() throws {
        folder = try MicroFolder()
        let file = try SegmentFile(folder: folder.path, name: "segment", mode: .fresh, files: PosixFiles())
        try file.allocate(size)
        segment = ActiveSegment(file: file, first: 0, position: 0)
        buffer.reserveCapacity(2 << 20)
    }

    func commit() throws {
        let records = messages.map { OutgoingRecord.accepted($0, keepingEvent: false, waiter: nil) }
        segment.position = try segment.commit(records[...], seed: seed, buffer: &buffer)
        if segment.position > size / 2 { segment.position = 0 }
    }
}
