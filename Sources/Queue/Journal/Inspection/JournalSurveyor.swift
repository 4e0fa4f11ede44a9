import Mail

/// Makes a `JournalSurvey`.
struct JournalSurveyor {
    var survey: JournalSurvey
    private let files: any JournalFiles
    private let isInUse: Bool
    /// By what the records say, and by what recovery would believe: the indexes, where there are any.
    private var byRecords = OpenMessages()
    private var byIndexes = OpenMessages()
    /// Messages whose content is damaged: the finding's place and the message's number.
    private var unreadable: [(finding: Int, number: UInt64)] = []
    /// Of every segment in the picture, in its order.
    private var borders: [(first: UInt64, end: UInt64, eventsBefore: UInt64)] = []

    init(_ folder: String, _ files: any JournalFiles, isInUse: Bool) {
        survey = JournalSurvey(folder: folder)
        self.files = files
        self.isInUse = isInUse
    }

    mutating func run() throws(InspectionFailure) {
        let folder = try JournalFolder(survey.folder, files)
        guard !folder.members.isEmpty || !folder.strays.isEmpty else { throw .noJournal(folder: survey.folder) }
        survey.journal = folder.journal
        survey.quarantined = ((try? files.list(survey.folder + "/" + Quarantine.folder)) ?? []).sorted()
        for stray in folder.strays {
            find(JournalFinding(stray.kind, stray.file.name, length: stray.size, stray.text))
        }
        for name in folder.names where name.hasSuffix(JournalFolder.draftSuffix) {
            find(JournalFinding(.leftover, name, "of a repair that was cut off; the next one begins anew"))
        }
        for index in folder.members.indices {
            do throws(FileFailure) { try look(at: index, of: folder) } catch {
                throw .unusable(path: folder.members[index].file.path, errno: error.errno)
            }
        }
        survey.unfinished = byRecords.count
        for (finding, number) in unreadable where !byRecords.contains(number) {
            survey.findings[finding].text += ", which is finished"
        }
        if survey.damages.isEmpty, !isInUse, let number = byRecords.firstDifference(from: byIndexes) {
            let state = byRecords.contains(number) ? "waiting by its records" : "finished by its records"
            find(
                JournalFinding(
                    .indexDiffers, borders.last { $0.first <= number }.map { SegmentHeader.fileName($0.first) } ?? "",
                    "the message at \(number) of the log is \(state) and not by the indexes"))
        }
        lookForGaps()
        lookAtConsumers(folder.names)
    }

    // MARK: One segment

    private mutating func look(at index: Int, of folder: JournalFolder) throws(FileFailure) {
        let member = folder.members[index]
        lookAtHead(member)
        let place = try folder.indexPlace(index)
        var walk = try folder.walk(index)
        var segment = JournalSurvey.Segment(
            file: member.file.name, first: member.header.first, end: 0, format: member.header.version,
            state: place != nil ? .sealed : index + 1 == folder.members.count ? .open : .unsealed)
        var reader = SegmentRecords(first: member.header.first)
        while let step = try walk.next() {
            switch step {
            case .hole(let hole):
                reader.pass(hole)
            case .record(let record):
                guard reader.take(record) else { continue }
                segment.records += 1
                survey.records[record.header.kind.name, default: 0] += 1
                survey.bytes += UInt64(record.header.recordLength)
            }
        }
        segment.end = member.header.first + (place == nil ? walk.position : folder.limit(index))
        survey.segments.append(segment)
        borders.append((member.header.first, member.header.first + member.size, member.header.eventsBefore))
        if walk.torn > 0, !isInUse {
            find(
                JournalFinding(
                    .torn, member.file.name, at: walk.position, length: walk.torn,
                    "the end of a write that was never acknowledged; the next start cuts it off"))
        }
        try finish(reader, member, index: place, limit: walk.limit, isUnsealed: segment.state == .unsealed)
    }

    private mutating func lookAtHead(_ member: JournalFolder.Member) {
        if !member.hasHeader {
            find(
                JournalFinding(
                    .header, member.file.name, at: 0, length: UInt64(SegmentHeader.size),
                    "the header is damaged; name and records say that it is the segment from \(member.header.first)"))
        }
        if member.file.name != member.name {
            var finding = JournalFinding(
                .misnamed, member.file.name,
                "by its header this is the segment from \(member.header.first), which is called \(member.name)")
            finding.rightName = member.name
            find(finding)
        }
    }

    /// What the records have told goes into the picture of the whole, beside what the index tells.
    private mutating func finish(
        _ reader: SegmentRecords, _ member: JournalFolder.Member, index place: UInt64?, limit: UInt64, isUnsealed: Bool
    ) throws(FileFailure) {
        var reader = reader
        var isTrusted = false
        if let place {
            let seed = RecordHeader.seed(member.header.journal)
            var cursor = SegmentCursor(member.file, first: member.header.first, seed: seed, limit: member.size)
            if let header = try cursor.header(at: place), header.kind == .index,
                let head = try cursor.head(header, at: place), let index = reader.compare(head)
            {
                survey.records[RecordKind.index.name, default: 0] += 1
                for effect in index.effects { byIndexes.apply(effect) }
                for entry in index.entries {
                    byIndexes.add(
                        entry.number ?? member.header.first + UInt64(entry.position), places: entry.places)
                }
                isTrusted = true
            } else {
                let text = "the index is damaged; the records are read instead"
                find(JournalFinding(.index, member.file.name, at: place, length: member.size - place, text))
            }
        } else if isUnsealed {
            lookAtEnd(reader, member, limit)
        }
        for problem in reader.indexProblems {
            find(JournalFinding(.indexDiffers, member.file.name, at: problem.at, problem.text))
        }
        for hole in reader.holes {
            find(
                JournalFinding(
                    .record, member.file.name, at: hole.at, length: hole.length, log: member.header.first + hole.at,
                    messages: hole.messages, hole.text))
        }
        for broken in reader.broken {
            unreadable.append((survey.findings.count, broken.number))
            find(
                JournalFinding(
                    .content, member.file.name, at: broken.at, length: broken.length,
                    log: member.header.first + broken.at, messages: [broken.id],
                    "the content of message \(broken.id) is damaged"))
        }
        for change in reader.changes {
            change.apply(to: &byRecords)
            if !isTrusted { change.apply(to: &byIndexes) }
        }
    }

    /// A segment in the middle without a trailer: damaged, or never sealed?
    private mutating func lookAtEnd(
        _ reader: SegmentRecords, _ member: JournalFolder.Member, _ limit: UInt64
    ) {
        guard reader.endsWithIndex else {
            return find(
                JournalFinding(
                    .unsealed, member.file.name,
                    "has no index, as after a failed write; the next start reads its records and adds one"))
        }
        find(
            JournalFinding(
                .index, member.file.name, at: limit - UInt64(SegmentIndex.Trailer.size),
                length: UInt64(SegmentIndex.Trailer.size), "the trailer that leads to the index is damaged"))
    }

    // MARK: The whole

    private mutating func lookForGaps() {
        for index in borders.indices.dropFirst() where borders[index].first > borders[index - 1].end {
            let (before, after) = (borders[index - 1], borders[index])
            let length = after.first - before.end
            if survey.segments[index - 1].state == .unsealed {
                // As long as it has no index the engine keeps the segment that begins where it ended.
                find(
                    JournalFinding(
                        .missing, survey.segments[index - 1].file, at: before.end - before.first, length: length,
                        log: before.end, "the file is cut off, the end of the segment is not there"))
            } else {
                find(
                    JournalFinding(
                        .gap, survey.segments[index].file, length: length, log: before.end,
                        "in front of it \(before.end) to \(after.first) of the log is not there: the engine removes"
                            + " segments whose mail is finished"))
            }
        }
    }

    private mutating func lookAtConsumers(_ names: [String]) {
        guard names.contains(ConsumerOffsets.fileName) else { return }
        let path = survey.folder + "/" + ConsumerOffsets.fileName
        guard let file = try? files.open(path, .existing) else { return }
        defer { files.close(file) }
        guard let size = try? files.size(file), let bytes = try? files.read(file, at: 0, count: Int(clamping: size)),
            let consumers = ConsumerOffsets.decode(bytes)
        else {
            return find(
                JournalFinding(
                    .consumers, ConsumerOffsets.fileName, at: 0, length: nil,
                    "the file is damaged; consumers begin where their own books say"))
        }
        survey.consumers = consumers.offsets
        if isInUse { return }
        for (name, offset) in consumers.offsets.sorted(by: { $0.key < $1.key }) {
            if offset > survey.end {
                find(
                    JournalFinding(
                        .consumers, ConsumerOffsets.fileName,
                        "\(name) stands at \(offset), behind the end of the log at \(survey.end)"))
            } else if offset > 0, let lost = unread(from: offset) {
                // At 0 stands a consumer from each start of the engine to its first checkpoint, whatever it has read.
                find(
                    JournalFinding(
                        .missing, SegmentHeader.fileName(lost.upperBound), length: UInt64(lost.count),
                        log: lost.lowerBound,
                        "\(name) has come to \(offset) and still needs \(lost.lowerBound) to \(lost.upperBound) of the"
                            + " log, which is not there: it was not removed by the engine"))
            }
        }
    }

    /// The first stretch that is not there and has events which a consumer at this offset has not seen. The engine
    /// never removes such a one.
    private func unread(from offset: UInt64) -> Range<UInt64>? {
        var end: UInt64 = 0
        for border in borders {
            let start = max(end, offset)
            if start < border.first, start < border.eventsBefore { return start..<border.first }
            end = border.end
        }
        return nil
    }

    /// An engine has the folder: what it has removed or written over since is no damage.
    mutating func forgiveChanges() {
        guard let names = try? files.list(survey.folder) else { return }
        let last = survey.segments.last?.file
        survey.findings.removeAll { finding in
            !names.contains(finding.file) || finding.kind == .unborn || finding.kind == .unsealed
                || finding.kind == .gap || (finding.file == last && finding.kind != .record)
        }
    }

    private mutating func find(_ finding: JournalFinding) { survey.findings.append(finding) }
}
