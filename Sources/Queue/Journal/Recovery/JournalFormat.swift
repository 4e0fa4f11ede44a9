/// Whether this program can read what lies in a journal's folder. Asked before anything is written: a folder that a
/// newer program has used must stay byte for byte as it is, for that program will be wanted again.
///
/// Looked at are the header of every segment, the index of every sealed one, the heads of the records of every other
/// one up to the first place that is damaged or torn, and the file of the consumers. Nothing that cannot be read is
/// complained of here: that is for recovery, which says so better.
package enum JournalFormat {
    /// The journal format that this build writes; it reads all before it.
    package static let newest = SegmentHeader.version

    /// - Returns: the first thing that is too new; `nil`, also for a folder that does not exist: nothing is.
    package static func mismatch(in folder: String, files: any JournalFiles = PosixFiles()) -> FormatMismatch? {
        guard let names = try? files.list(folder) else { return nil }
        for name in names.sorted() where SegmentHeader.first(inFileName: name) != nil {
            guard let file = try? SegmentFile(folder: folder, name: name, mode: .existing, files: files) else {
                continue
            }
            if let found = (try? segment(file)) ?? nil { return found }
        }
        guard names.contains(ConsumerOffsets.fileName) else { return nil }
        return (try? consumers(folder, files)) ?? nil
    }

    private static func segment(_ file: SegmentFile) throws(FileFailure) -> FormatMismatch? {
        let header: SegmentHeader
        let bytes = try file.read(at: 0, count: SegmentHeader.size)
        do throws(SegmentHeader.Failure) { header = try SegmentHeader.decode(bytes) } catch {
            guard case .version(let version) = error else { return nil }
            return FormatMismatch(file: file.name, part: .segment, found: version, newest: SegmentHeader.version)
        }
        let size = try file.size()
        let seed = RecordHeader.seed(header.journal)
        var cursor = SegmentCursor(file, first: header.first, seed: seed, limit: size, window: 64 << 10)
        if let place = try trailer(file, size, header.first, seed) {
            return try record(at: place, &cursor).mismatch
        }
        var at = UInt64(SegmentHeader.size)
        while true {
            let (length, mismatch) = try record(at: at, &cursor)
            if let mismatch { return mismatch }
            guard let length else { return nil }
            at += length
        }
    }

    /// Where the index of a sealed file begins.
    private static func trailer(
        _ file: SegmentFile, _ size: UInt64, _ first: UInt64, _ seed: CRC32C
    ) throws(FileFailure) -> UInt64? {
        let length = UInt64(SegmentIndex.Trailer.size)
        guard size >= UInt64(SegmentHeader.size) + length else { return nil }
        let bytes = try file.read(at: size - length, count: SegmentIndex.Trailer.size)
        return SegmentIndex.Trailer.decode(bytes, first: first, seed: seed)
    }

    /// The length of the record at this place, `nil` when there is none; and what is too new about it.
    private static func record(
        at place: UInt64, _ cursor: inout SegmentCursor
    ) throws(FileFailure) -> (length: UInt64?, mismatch: FormatMismatch?) {
        guard let header = try cursor.header(at: place) else {
            guard let kind = try cursor.foreignKind(at: place) else { return (nil, nil) }
            return (nil, mismatch(cursor, .kind(at: place), kind, RecordKind.highest))
        }
        let length = UInt64(header.recordLength)
        guard header.headLength > 0,
            let version = try cursor.bytes(at: place + UInt64(RecordHeader.size), count: 1)?.first,
            version > header.kind.newestHead, try cursor.head(header, at: place) != nil
        else { return (length, nil) }
        let part: FormatMismatch.Part = header.kind == .index ? .index : .record(at: place)
        return (length, mismatch(cursor, part, version, header.kind.newestHead))
    }

    private static func mismatch(
        _ cursor: SegmentCursor, _ part: FormatMismatch.Part, _ found: UInt8, _ newest: UInt8
    ) -> FormatMismatch {
        FormatMismatch(file: cursor.file.name, part: part, found: UInt32(found), newest: UInt32(newest))
    }

    private static func consumers(_ folder: String, _ files: any JournalFiles) throws(FileFailure) -> FormatMismatch? {
        let file = try SegmentFile(folder: folder, name: ConsumerOffsets.fileName, mode: .existing, files: files)
        let bytes = try file.read(at: 0, count: ConsumerOffsets.magic.count + 1)
        guard let version = bytes.last, bytes.count > ConsumerOffsets.magic.count,
            bytes.starts(with: ConsumerOffsets.magic), version > ConsumerOffsets.version
        else { return nil }
        return FormatMismatch(
            file: file.name, part: .consumers, found: UInt32(version), newest: UInt32(ConsumerOffsets.version))
    }
}

extension RecordKind {
    /// Every head begins with the version of its form: the highest that this program reads.
    var newestHead: UInt8 {
        switch self {
        case .accepted: Summary.campaignVersion
        case .restated: RestatedCodec.version
        case .attempted, .cancelled, .bounced: NoteCodec.version
        case .settled: SettledCodec.version
        case .index: SegmentIndex.version
        case .announced: AnnouncementCodec.version
        }
    }
}

extension SegmentCursor {
    /// The kind of a record at this place whose header is one of this journal, but of no kind that is known here.
    mutating func foreignKind(at place: UInt64) throws(FileFailure) -> UInt8? {
        guard place + UInt64(RecordHeader.size) <= limit,
            let bytes = try bytes(at: place, count: RecordHeader.size)
        else { return nil }
        var decoder = RecordDecoder(bytes)
        guard let first = try? decoder.fixed(UInt64.self), let second = try? decoder.fixed(UInt64.self),
            let third = try? decoder.fixed(UInt64.self)
        else { return nil }
        return RecordHeader.foreignKind((first, second, third), at: self.first + place, seed: seed)
    }
}
