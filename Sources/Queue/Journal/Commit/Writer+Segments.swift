import Logging
import Mail
import Synchronization

/// Beginning and ending segments.
extension Writer {
    /// A new segment behind everything that counts. It is durable, name and all, before anything is written into it.
    func makeSegment() throws(FileFailure) -> ActiveSegment {
        let (end, eventsEnd) = core.ledger.withLock { ($0.end, $0.eventsEnd) }
        let header = SegmentHeader(journal: core.journal, first: end, eventsBefore: eventsEnd)
        let active: ActiveSegment
        if let spare = try spares.take(header, core.options) {
            active = ActiveSegment(file: spare, first: end, position: UInt64(SegmentHeader.size))
        } else {
            let file = try Self.makeFile(header, core.options)
            active = ActiveSegment(fresh: file, first: end, size: core.options.segmentSize)
        }
        core.ledger.withLock { $0.add(Segment(file: active.file, header: header)) }
        return active
    }

    static func makeFile(_ header: SegmentHeader, _ options: JournalOptions) throws(FileFailure) -> SegmentFile {
        let file = try SegmentFile(
            folder: options.folder, name: SegmentHeader.fileName(header.first), mode: .fresh, files: options.files)
        do throws(FileFailure) {
            try file.allocate(UInt64(options.segmentSize))
            try file.write(header.encode(), at: 0)
            try file.syncData()
            try options.files.syncFolder(options.folder)
            return file
        } catch {
            // What it could allocate is the last of the disk, and others need it too.
            try? options.files.remove(file.path)
            throw error
        }
    }

    /// Seals the segment; the next commit makes a new one.
    func rotate(_ segment: ActiveSegment) {
        active = nil
        let index = core.ledger.withLock { SegmentIndex.encode($0.segments[$0.segments.count - 1]) }
        do throws(FileFailure) {
            let end = try Self.seal(segment, index: index, seed: core.seed)
            core.ledger.withLock { $0.close($0.segments.count - 1, as: .sealed, end: segment.first + end) }
        } catch {
            // Every record in it is durable all the same; a restart will read them one by one.
            log.warning(
                "a segment could not be sealed",
                metadata: ["file": "\(segment.file.name)", "reason": "\(error.reason)"])
            segment.strikeOut()
            let end = segment.first + segment.position
            core.ledger.withLock { $0.close($0.segments.count - 1, as: .abandoned, end: end) }
        }
    }

    /// - Returns: the size of the sealed file.
    static func seal(_ segment: ActiveSegment, index: [UInt8], seed: CRC32C) throws(FileFailure) -> UInt64 {
        let record = OutgoingRecord(kind: .index, head: index, meaning: .effects([]))
        var buffer: [UInt8] = []
        let end = try segment.commit([record], seed: seed, buffer: &buffer)
        let trailer = SegmentIndex.Trailer.encode(position: segment.position, first: segment.first, seed: seed)
        try segment.file.write(trailer, at: end)
        let size = end + UInt64(SegmentIndex.Trailer.size)
        try segment.file.truncate(size)
        try segment.file.syncData()
        return size
    }
}
