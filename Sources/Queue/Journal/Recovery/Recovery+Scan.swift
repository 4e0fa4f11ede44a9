import Mail

/// Reading a segment record by record.
extension Recovery {
    /// - Returns: the place in the file behind the last record that counts.
    mutating func scan(
        _ found: Found, limit: UInt64, isLast: Bool, seed: CRC32C
    ) throws(FileFailure) -> UInt64 {
        let first = found.header.first
        var cursor = SegmentCursor(found.file, first: first, seed: seed, limit: limit)
        var search = cursor
        var lastGroup: UInt64?
        var knowsLastGroup = false

        // Whether the bytes at `position` were acknowledged once: a later group began only after they were durable, and
        // a later segment likewise. Otherwise they are the torn end of a commit that nobody was told of.
        func wasDurable(_ position: UInt64) throws(FileFailure) -> Bool {
            if !isLast { return true }
            if !knowsLastGroup {
                lastGroup = try search.lastGroup(from: position + 1)
                knowsLastGroup = true
            }
            return lastGroup.map { position < $0 } ?? false
        }

        var at = UInt64(SegmentHeader.size)
        while at + UInt64(RecordHeader.size) <= limit {
            guard let header = try cursor.header(at: at) else {
                guard try wasDurable(at) else { break }
                let next = try search.nextHeader(from: at + 1) ?? limit
                reportDamage(found.file, found.size, at: at, skipped: next - at)
                at = next
                continue
            }
            let length = UInt64(header.recordLength)
            let head = try cursor.head(header, at: at)
            var isIntact = try cursor.contentIsIntact(header, at: at)
            if head == nil { isIntact = false }
            if !isIntact, try !wasDurable(at) { break }
            // A message whose content alone is damaged stays in the queue: reading it fails, and its sender hears of
            // it.
            let isUnderstood = head.map { take(header, $0, at: first + at) } ?? false
            if !isIntact || !isUnderstood {
                reportDamage(found.file, found.size, at: at, skipped: isUnderstood ? 0 : length)
            }
            at += length
            ledger.extend(to: first + at, isEvent: header.kind.isEvent)
        }
        if isLast { report.tornBytes += try search.recordBytes(from: at) } else { at = limit }
        return at
    }

    /// - Returns: `false` when the head makes no sense.
    private mutating func take(_ header: RecordHeader, _ head: [UInt8], at offset: UInt64) -> Bool {
        do throws(CodecFailure) {
            switch header.kind {
            case .accepted:
                var decoder = RecordDecoder(head)
                let summary = try Summary(from: &decoder, sharing: interner)
                ledger.accepted(
                    at: offset, length: header.recordLength, places: summary.places, summary: head[..<decoder.position])
                add(summary, number: offset)
                report.lastRecord = max(report.lastRecord ?? summary.at, summary.at)
            case .restated:
                var decoder = RecordDecoder(head)
                let (number, places) = try RestatedCodec.decode(&decoder)
                let start = decoder.position
                let summary = try Summary(from: &decoder, sharing: interner)
                guard places.count == summary.places else { throw .badValue }
                ledger.restated(
                    number, at: offset, length: header.recordLength, places: places,
                    summary: head[start..<decoder.position])
                add(summary, number: number)
            case .attempted, .cancelled, .bounced:
                let note = try NoteCodec.decode(header.kind, head)
                for effect in note.effects { ledger.apply(effect) }
                report.lastRecord = max(report.lastRecord ?? note.at, note.at)
            case .settled:
                for effect in try SettledCodec.decode(head) { ledger.apply(effect) }
            case .announced:
                _ = try AnnouncementCodec.decode(head)
            case .index:
                break
            }
            return true
        } catch {
            return false
        }
    }
}
