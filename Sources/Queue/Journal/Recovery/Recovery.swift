import Mail

/// Opening a journal: from the files in the folder to the ledger, the list of unfinished messages and the report.
///
/// The segments are taken in order. Of a sealed one only the index is read. One without an index (the last, or one
/// whose writes failed) is read record by record; in the last one a torn end is cut. Damage is reported, the file
/// copied to `quarantine/` as it was, and what is valid behind it is used.
struct Recovery {
    let options: JournalOptions
    var report = RecoveryReport()
    var ledger: Ledger
    var consumers = ConsumerOffsets()
    var journal: UUIDv7?
    /// The last segment, when it goes on being written.
    var active: ActiveSegment?
    let interner = DomainInterner()
    /// For each segment of the ledger, in the order of its entries.
    var messages: [[RecoveredMessage]] = []

    var files: any JournalFiles { options.files }

    init(_ options: JournalOptions) {
        self.options = options
        ledger = Ledger(restateBelow: options.restateBelow)
    }

    /// A segment file whose header could be made out.
    struct Found {
        var file: SegmentFile
        var header: SegmentHeader
        var size: UInt64
    }

    /// - Parameter newJournal: the identifier when the folder is empty.
    mutating func run(newJournal: UUIDv7) throws(JournalFailure) {
        readConsumers()
        let found = try findSegments()
        let journal = journal ?? newJournal
        self.journal = journal
        let seed = RecordHeader.seed(journal)
        for (index, segment) in found.enumerated() {
            let next = index + 1 < found.count ? found[index + 1].header.first : nil
            try take(segment, endsBefore: next, seed: seed)
        }
        report.segments = found.count
    }

    /// The unfinished messages in the order they were accepted, in one part for each segment. Gives up what is needed only
    /// for this.
    mutating func takeMessages() -> [[RecoveredMessage]] {
        var parts: [[RecoveredMessage]] = []
        var isSorted = true
        var last: UInt64 = 0
        for index in messages.indices {
            var own: [RecoveredMessage] = []
            swap(&own, &messages[index])
            let segment = ledger.segments[index]
            var part: [RecoveredMessage] = []
            part.reserveCapacity(segment.entries.count { $0.remaining > 0 })
            for (place, entry) in segment.entries.enumerated() where entry.remaining > 0 {
                var message = own[place]
                Self.update(&message, segment.places(place))
                if message.number < last { isSorted = false }
                last = message.number
                part.append(message)
            }
            report.messages += part.count
            if !part.isEmpty { parts.append(part) }
        }
        // Some were written again behind younger ones.
        return isSorted ? parts : [parts.flatMap { $0 }.sorted { $0.number < $1.number }]
    }

    mutating func add(_ summary: Summary, number: UInt64) {
        messages[messages.count - 1].append(
            RecoveredMessage(
                number: number, id: summary.id, owner: interner.owner(summary), at: summary.at,
                stream: summary.stream, isTest: summary.isTest, notBefore: summary.notBefore,
                pending: interner.pending(summary),
                size: summary.size))
    }

    private static func update(_ message: inout RecoveredMessage, _ places: [PlaceState]) {
        if places.allSatisfy({ $0 == .fresh }) { return }
        var pending: [PendingRecipient] = []
        for (recipient, state) in zip(message.pending, places) where !state.isFinished {
            pending.append(
                PendingRecipient(
                    recipient: recipient.recipient, domain: recipient.domain, attempts: Int(state.attempts),
                    nextAttempt: state.nextAttempt))
        }
        message.pending = pending
    }

    private mutating func take(_ found: Found, endsBefore next: UInt64?, seed: CRC32C) throws(JournalFailure) {
        let first = found.header.first
        let limit = min(found.size, next.map { $0 - first } ?? .max)
        messages.append([])
        ledger.add(Segment(file: found.file, header: found.header))
        do throws(JournalFailure) {
            if let index = try SegmentIndex.read(found.file, first: first, seed: seed) {
                try takeIndex(index, found)
                ledger.close(ledger.segments.count - 1, as: .sealed, end: first + limit)
                return
            }
        } catch .damaged(_, let offset) {
            reportDamage(found.file, found.size, at: offset, skipped: 0)
            // What had been taken of a bad index is taken again, record by record.
            messages[messages.count - 1] = []
            ledger.restartLast()
        }
        do throws(FileFailure) {
            let end = try scan(found, limit: limit, isLast: next == nil, seed: seed)
            report.scanned += 1
            let segment = ActiveSegment(file: found.file, first: first, position: end)
            if next != nil {
                seal(segment, limit: limit, seed: seed)
            } else if found.header.version < SegmentHeader.version {
                // What this program writes does not belong under an older version: a new segment takes it.
                seal(segment, limit: end, seed: seed)
            } else {
                resume(segment, found)
            }
        } catch {
            throw .unusable(path: found.file.path, errno: error.errno)
        }
    }

    private mutating func takeIndex(_ index: [UInt8], _ found: Found) throws(JournalFailure) {
        do throws(CodecFailure) {
            var reader = try SegmentIndex.Reader(index)
            while let effect = try reader.nextEffect() { ledger.apply(effect) }
            while let entry = try reader.nextEntry(sharing: interner) {
                let offset = found.header.first + UInt64(entry.position)
                ledger.recovered(entry, at: offset)
                add(entry.summary, number: entry.number ?? offset)
            }
            ledger.extend(to: reader.eventsEnd, isEvent: true)
        } catch {
            // Nothing is lost by refusing; taking it for damage would lose the mail of the whole segment.
            if case .version(let version) = error {
                throw .unsupportedVersion(file: found.file.name, version: UInt32(version))
            }
            throw .damaged(file: found.file.name, offset: found.size)
        }
    }

    /// The last segment goes on where its records end. What lay behind is taken away first: it must not come back to
    /// life when a later commit is torn.
    private mutating func resume(_ segment: ActiveSegment, _ found: Found) {
        let last = ledger.segments.count - 1
        do throws(FileFailure) {
            try segment.file.truncate(segment.position)
            try segment.file.allocate(max(segment.position, UInt64(options.segmentSize)))
            try segment.file.syncData()
            active = segment
        } catch {
            ledger.close(last, as: .abandoned, end: segment.first + segment.position)
        }
    }

    /// A segment whose writes failed once, or that is damaged: it gets its index now. The index lies behind the
    /// segment's part of the log, where nothing else counts.
    private mutating func seal(_ segment: ActiveSegment, limit: UInt64, seed: CRC32C) {
        let last = ledger.segments.count - 1
        var status = Segment.Status.abandoned
        do throws(FileFailure) {
            try segment.file.truncate(limit)
            var whole = segment
            whole.position = limit
            _ = try Writer.seal(whole, index: SegmentIndex.encode(ledger.segments[last]), seed: seed)
            status = .sealed
        } catch {
            // It is read record by record, until the writer can seal it.
        }
        ledger.close(last, as: status, end: segment.first + limit)
    }

    /// A new segment where none can be resumed.
    /// - Returns: why there is none; the journal can be read all the same.
    mutating func beginSegment() -> JournalFailure? {
        guard active == nil, let journal else { return nil }
        do throws(FileFailure) {
            let header = SegmentHeader(journal: journal, first: ledger.end, eventsBefore: ledger.eventsEnd)
            let file = try Writer.makeFile(header, options)
            ledger.add(Segment(file: file, header: header))
            active = ActiveSegment(fresh: file, first: header.first, size: options.segmentSize)
            return nil
        } catch {
            return JournalFailure(writing: error)
        }
    }

    mutating func reportDamage(_ file: SegmentFile, _ size: UInt64, at offset: UInt64, skipped: UInt64) {
        report.damages.append(
            .init(
                file: file.name, offset: offset, skipped: skipped,
                quarantined: Quarantine.copy(file, size, options)))
    }

    private mutating func readConsumers() {
        let path = options.folder + "/" + ConsumerOffsets.fileName
        guard let file = try? files.open(path, .existing) else { return }
        defer { files.close(file) }
        guard let size = try? files.size(file), let bytes = try? files.read(file, at: 0, count: Int(size)),
            let read = ConsumerOffsets.decode(bytes)
        else {
            report.damages.append(.init(file: ConsumerOffsets.fileName, offset: 0, skipped: 0, quarantined: nil))
            return
        }
        consumers = read
    }
}
