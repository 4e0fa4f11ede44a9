/// Removed segments that wait to be written again.
///
/// Writing over blocks that were written before costs the file system no change of its own metadata, so that an
/// fdatasync is one write instead of a write and a journal commit: measured, half the processor time of a small commit
/// and two thirds of its latency. What is left of the old records cannot be mistaken for new ones, because every
/// header's checksum begins with the record's place in the log.
struct SpareSegments {
    static let suffix = ".spare"
    /// More than two are never needed: each segment that goes makes another.
    private static let limit = 2

    private struct Spare {
        /// Still under its old name, although the file has `path` now.
        var file: SegmentFile
        var path: String
    }

    private var spares: [Spare] = []

    /// Takes the segment out of the journal. - Returns: `false` when it is not wanted, and left as it is.
    mutating func add(_ segment: Segment, _ options: JournalOptions) throws(FileFailure) -> Bool {
        guard spares.count < Self.limit, segment.status == .sealed, segment.size >= options.segmentSize / 2,
            segment.size <= options.segmentSize * 2
        else { return false }
        let path = segment.file.path + Self.suffix
        try options.files.rename(segment.file.path, to: path)
        spares.append(Spare(file: segment.file, path: path))
        return true
    }

    /// A spare file under its new name, with its new header, both durable; `nil` when there is none.
    mutating func take(
        _ header: SegmentHeader, _ options: JournalOptions
    ) throws(FileFailure) -> SegmentFile? {
        // Somebody who still reads the old records keeps the file from being written.
        guard let index = spares.indices.first(where: { isKnownUniquelyReferenced(&spares[$0].file) }) else {
            return nil
        }
        let spare = spares.remove(at: index)
        let name = SegmentHeader.fileName(header.first)
        do throws(FileFailure) {
            // The header first: under the new name there is never a file with an old one.
            try spare.file.write(header.encode(), at: 0)
            try spare.file.syncData()
            try options.files.rename(spare.path, to: options.folder + "/" + name)
            let file = try SegmentFile(folder: options.folder, name: name, mode: .existing, files: options.files)
            try file.allocate(UInt64(options.segmentSize))
            try options.files.syncFolder(options.folder)
            return file
        } catch {
            try? options.files.remove(spare.path)
            throw error
        }
    }
}
