import Mail

/// Finding the segments of the journal in its folder.
extension Recovery {
    /// In the order of the log.
    mutating func findSegments() throws(JournalFailure) -> [Found] {
        let names: [String]
        do throws(FileFailure) {
            let all = try files.list(options.folder)
            names = all.filter { SegmentHeader.first(inFileName: $0) != nil }.sorted()
            for name in all where name.hasSuffix(SpareSegments.suffix) {
                try files.remove(options.folder + "/" + name)
            }
        } catch {
            throw .unusable(path: options.folder, errno: error.errno)
        }
        var found: [Found] = []
        var headless: [(file: SegmentFile, size: UInt64)] = []
        for name in names {
            let file: SegmentFile
            let size: UInt64
            let bytes: [UInt8]
            do throws(FileFailure) {
                file = try SegmentFile(folder: options.folder, name: name, mode: .existing, files: files)
                size = try file.size()
                bytes = try file.read(at: 0, count: SegmentHeader.size)
            } catch {
                throw .unusable(path: options.folder + "/" + name, errno: error.errno)
            }
            do throws(SegmentHeader.Failure) {
                let header = try SegmentHeader.decode(bytes)
                // One that was brought here from elsewhere is not ours to read.
                guard header.journal == journal ?? header.journal,
                    header.first == SegmentHeader.first(inFileName: name)
                else { throw .damaged }
                journal = header.journal
                found.append(Found(file: file, header: header, size: size))
            } catch {
                switch error {
                case .version(let version): throw .unsupportedVersion(file: name, version: version)
                case .unborn, .damaged: headless.append((file, size))
                }
            }
        }
        for (file, size) in headless { try rescue(file, size, isLast: file.name == names.last, into: &found) }
        return found.sorted { $0.header.first < $1.header.first }
    }

    /// A segment without a valid header: one that was being made when the machine stopped, or a damaged one. The name
    /// tells where it begins, other segments tell whose it is, and its records vouch for themselves.
    private mutating func rescue(
        _ file: SegmentFile, _ size: UInt64, isLast: Bool, into found: inout [Found]
    ) throws(JournalFailure) {
        let first = SegmentHeader.first(inFileName: file.name) ?? 0
        do throws(FileFailure) {
            var cursor = SegmentCursor(
                file, first: first, seed: RecordHeader.seed(journal ?? UUIDv7(high: 0, low: 0)), limit: size)
            // The header is durable before the first record is written.
            if isLast, try cursor.usedBytes(from: UInt64(SegmentHeader.size)) == 0 {
                report.tornBytes += try cursor.usedBytes(from: 0)
                try files.remove(file.path)
                return
            }
            let next = try cursor.nextHeader(from: 0)
            reportDamage(file, size, at: 0, skipped: next ?? size)
            guard let journal, next != nil else {
                // Never the last copy: on a full disk it only loses its name.
                if report.damages.last?.quarantined == nil {
                    try files.rename(file.path, to: file.path + ".damaged")
                } else {
                    try files.remove(file.path)
                }
                return
            }
            // What came before is not known: a reader that comes from before is told so.
            let header = SegmentHeader(journal: journal, first: first, eventsBefore: first)
            try file.write(header.encode(), at: 0)
            try file.syncData()
            found.append(Found(file: file, header: header, size: size))
        } catch {
            throw .unusable(path: file.path, errno: error.errno)
        }
    }
}
