package import Mail

/// Hands out the records of a journal one by one, also beside a running engine. In memory is one at a time.
package struct JournalDump {
    /// What is wanted; all of it where nothing is set.
    package struct Filter: Sendable {
        package var message: UUIDv7?
        /// Log offsets: the first that counts, and the one that does not any more.
        package var range: Range<UInt64> = 0..<UInt64.max
        /// Names of kinds, of `kinds`.
        package var kinds: Set<String> = []

        package init() {}
    }

    package static let kinds = RecordKind.allCases.map(\.name)

    private let files: any JournalFiles
    private let folder: JournalFolder

    package init(_ folder: String, files: any JournalFiles = PosixFiles()) throws(InspectionFailure) {
        self.files = QuietFiles(files)
        if let mismatch = JournalFormat.mismatch(in: folder, files: self.files) { throw .newer(mismatch) }
        self.folder = try JournalFolder(folder, self.files)
        if self.folder.members.isEmpty { throw .noJournal(folder: folder) }
    }

    /// - Parameter body: takes each record that passes the filter, in the order of the log; `false` ends the dump.
    package func run(_ filter: Filter, _ body: (DumpedRecord) throws -> Bool) throws {
        // Records that carry states over know a message by its number only.
        var number: UInt64?
        for (index, member) in folder.members.enumerated() {
            let end = member.header.first + folder.limit(index)
            if end <= filter.range.lowerBound { continue }
            if member.header.first >= filter.range.upperBound { return }
            do {
                let isLast = index + 1 == folder.members.count
                var walk = try folder.walk(index, checksContent: isLast)
                while let step = try walk.next() {
                    guard let record = record(step, member, filter, &number) else { continue }
                    guard try body(record) else { return }
                }
            } catch let failure as FileFailure {
                throw InspectionFailure.unusable(path: member.file.path, errno: failure.errno)
            }
        }
    }

    private func record(
        _ step: SegmentWalk.Step, _ member: JournalFolder.Member, _ filter: Filter, _ number: inout UInt64?
    ) -> DumpedRecord? {
        switch step {
        case .hole(let hole):
            var record = DumpedRecord(member, at: hole.at, length: Int(clamping: hole.length), kind: "damaged")
            record.damage =
                hole.foreignKind.map { "a record of kind \($0), which this build does not know" }
                ?? "these bytes are no records"
            let isWanted = filter.message == nil && filter.kinds.isEmpty && filter.range.contains(record.offset)
            return isWanted ? record : nil
        case .record(let found):
            let kind = found.header.kind
            var record = DumpedRecord(
                member, at: found.at, length: found.header.recordLength, kind: kind.name)
            guard filter.range.contains(record.offset) else { return nil }
            if !filter.kinds.isEmpty, !filter.kinds.contains(record.kind) { return nil }
            do throws(CodecFailure) { try record.describe(kind, found.head) } catch {
                record.damage = "the head makes no sense: \(error)"
            }
            if !found.isIntact { record.damage = "the content is damaged" }
            guard let message = filter.message else { return record }
            if record.message == "\(message)" {
                number = number ?? record.number
                return record
            }
            return kind == .settled && number.map { Self.settles($0, found.head) } == true ? record : nil
        }
    }

    private static func settles(_ number: UInt64, _ head: [UInt8]) -> Bool {
        ((try? SettledCodec.decode(head)) ?? []).contains { $0.number == number }
    }

    /// The bytes of one message as they stand in its newest record: what was added at intake, then what came.
    /// - Parameter body: takes them piece by piece, once all of them have been checked.
    package func content(of message: UUIDv7, _ body: ([UInt8]) throws -> Void) throws {
        for (index, member) in folder.members.enumerated().reversed() {
            var found: SegmentWalk.Record?
            do {
                var walk = try folder.walk(index, checksContent: false)
                while let step = try walk.next() {
                    guard case .record(let record) = step, record.header.kind.hasContent,
                        Self.id(record) == message
                    else { continue }
                    found = record
                }
                guard let record = found else { continue }
                return try hand(record, of: member, body)
            } catch let failure as FileFailure {
                throw InspectionFailure.unusable(path: member.file.path, errno: failure.errno)
            }
        }
        throw InspectionFailure.noContent
    }

    private func hand(
        _ record: SegmentWalk.Record, of member: JournalFolder.Member, _ body: ([UInt8]) throws -> Void
    ) throws {
        let start = record.at + UInt64(RecordHeader.size + record.header.headLength)
        let seed = RecordHeader.seed(member.header.journal)
        var cursor = SegmentCursor(member.file, first: member.header.first, seed: seed, limit: member.size)
        guard try cursor.contentIsIntact(record.header, at: record.at) else {
            throw InspectionFailure.damagedContent(file: member.file.name, offset: record.at)
        }
        var done = 0
        while done < record.header.contentLength {
            let count = min(1 << 20, record.header.contentLength - done)
            let bytes = try member.file.read(at: start + UInt64(done), count: count)
            guard !bytes.isEmpty else {
                throw InspectionFailure.damagedContent(file: member.file.name, offset: record.at)
            }
            try body(bytes)
            done += bytes.count
        }
    }

    private static func id(_ record: SegmentWalk.Record) -> UUIDv7? {
        var decoder = RecordDecoder(record.head)
        if record.header.kind == .restated, (try? RestatedCodec.decode(&decoder)) == nil { return nil }
        return try? Summary(from: &decoder).id
    }
}
