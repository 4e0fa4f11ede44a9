/// Makes a segment anew from what is right about it: every valid record stays where it is in the log, whatever else
/// there was is covered by an empty record, so that nothing behind it has to be searched for again. The index is left
/// away: recovery adds one.
struct SegmentRewrite {
    private let member: JournalFolder.Member
    private let folder: String
    private let files: any JournalFiles
    private let seed: CRC32C
    /// Records that were carried over.
    private(set) var kept = 0

    private static let step = 1 << 20
    /// The empty record: a `settled` one that settles nothing, with zeros for content.
    private static let head = SettledCodec.encode([])

    init(_ member: JournalFolder.Member, _ folder: String, _ files: any JournalFiles) {
        self.member = member
        self.folder = folder
        self.files = files
        seed = RecordHeader.seed(member.header.journal)
    }

    /// Beside the damaged file, durable, then in its place; a copy of the damaged one lies in `quarantine/` before.
    /// - Parameters:
    ///   - limit: to where the segment counts; `nil`: to its last record.
    mutating func run(_ walk: SegmentWalk, limit: UInt64?) throws(FileFailure) {
        let draft = try SegmentFile(
            folder: folder, name: member.name + JournalFolder.draftSuffix, mode: .fresh, files: files)
        do throws(FileFailure) { try fill(draft, walk, limit: limit) } catch {
            // On a full disk the engine needs the room more than the next repair does.
            try? files.remove(draft.path)
            throw error
        }
        try files.rename(draft.path, to: folder + "/" + member.name)
        try files.syncFolder(folder)
    }

    private mutating func fill(
        _ draft: SegmentFile, _ walk: SegmentWalk, limit: UInt64?
    ) throws(FileFailure) {
        var walk = walk
        try draft.write(member.header.encode(), at: 0)
        var end = UInt64(SegmentHeader.size)
        while let step = try walk.next() {
            guard case .record(let record) = step, record.header.kind != .index, Self.isUnderstood(record) else {
                continue
            }
            try strikeOut(draft, from: end, to: record.at)
            end = record.at + UInt64(record.header.recordLength)
            try Self.copy(member.file, record.at..<end, to: draft)
            kept += 1
        }
        if let limit {
            try strikeOut(draft, from: end, to: limit)
            try draft.truncate(limit)
        }
        try draft.syncData()
        _ = try Quarantine.keep(member.file, size: member.size, folder, files)
    }

    /// Less than an empty record needs stays as it is; no two records were ever so close.
    private func strikeOut(_ draft: SegmentFile, from start: UInt64, to end: UInt64) throws(FileFailure) {
        let least = UInt64(RecordHeader.size + Self.head.count)
        guard end >= start + least else { return }
        let length = Int(clamping: end - start - least)
        let zeros = [UInt8](repeating: 0, count: min(length, Self.step))
        var crc = CRC32C()
        var rest = length
        while rest > 0 {
            let count = min(rest, zeros.count)
            crc.update(zeros.span.extracting(0..<count))
            rest -= count
        }
        let header = RecordHeader(
            kind: .settled, beginsGroup: true, headLength: Self.head.count, headCRC: CRC32C.of(Self.head),
            contentLength: length, contentCRC: crc.value)
        let words = header.encode(at: member.header.first + start, seed: seed)
        var out = RecordEncoder(reserving: Int(least))
        out.put(fixed: words.0)
        out.put(fixed: words.1)
        out.put(fixed: words.2)
        out.put(raw: Self.head)
        try draft.write(out.bytes, at: start)
        var at = start + least
        while at < end {
            let count = Int(min(UInt64(zeros.count), end - at))
            try draft.write(Array(zeros[..<count]), at: at)
            at += UInt64(count)
        }
    }

    private static func isUnderstood(_ record: SegmentWalk.Record) -> Bool {
        var reader = SegmentRecords(first: 0)
        return reader.take(record)
    }

    static func copy(_ file: SegmentFile, _ range: Range<UInt64>, to copy: SegmentFile) throws(FileFailure) {
        var at = range.lowerBound
        while at < range.upperBound {
            let bytes = try file.read(at: at, count: Int(min(UInt64(step), range.upperBound - at)))
            guard !bytes.isEmpty else { throw FileFailure(.read, errno: JournalFailure.ioError) }
            try copy.write(bytes, at: at)
            at += UInt64(bytes.count)
        }
    }
}
