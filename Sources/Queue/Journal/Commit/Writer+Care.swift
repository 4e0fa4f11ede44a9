import Logging
import Mail
import Synchronization

/// Giving disk space back: segments whose messages are all finished are removed, and segments of which little still
/// matters are emptied by writing that little again.
///
/// A note lies in the segment that was written to when it happened, its message often in an older one. Should the
/// note's segment go first, a restart would find the message unfinished and deliver it twice. So before a segment goes,
/// the states that its notes gave to messages which still exist are carried over as one `settled` record; and segments
/// go oldest first, each removal durable before the next.
extension Writer {
    private enum Task {
        case seal(first: UInt64)
        case remove(first: UInt64)
        case restate(first: UInt64)
    }

    /// Bytes restated before accepting gets its turn again.
    private static let step = 1 << 20

    /// Does one piece of work. - Returns: whether there was any.
    func takeCare() -> Bool {
        guard let task = nextTask() else { return false }
        switch task {
        case .seal(let first): return seal(first)
        case .remove(let first): return remove(first)
        case .restate(let first): return restate(first)
        }
    }

    private func nextTask() -> Task? {
        let passed = core.consumers.withLock { $0.lowest }
        let options = core.options
        return core.ledger.withLock { ledger -> Task? in
            guard ledger.needsCare, let last = ledger.segments.indices.last else { return nil }
            for index in 0..<last where ledger.segments[index].status == .abandoned {
                if !ledger.segments[index].isUnsealable { return .seal(first: ledger.segments[index].first) }
            }
            for index in 0..<last where ledger.isIdle(index, passed: passed) && ledger.segments[index].liveBytes == 0 {
                return .remove(first: ledger.segments[index].first)
            }
            let distance = UInt64(options.restateDistance) * UInt64(options.segmentSize)
            for index in 0..<last where ledger.isIdle(index, passed: passed) {
                let live = ledger.segments[index].liveBytes
                if ledger.segments[last].first - ledger.segments[index].end >= distance,
                    Double(live) < options.restateBelow * Double(ledger.segments[index].size)
                {
                    return .restate(first: ledger.segments[index].first)
                }
            }
            ledger.needsCare = false
            return nil
        }
    }

    /// An abandoned segment gets the index that it lacks, in place of what the failed commit wrote.
    private func seal(_ first: UInt64) -> Bool {
        let (found, index) = core.ledger.withLock { ledger in
            let segment = ledger.segments.first(where: { $0.first == first })
            return (segment, segment.map { SegmentIndex.encode($0) })
        }
        guard let segment = found, let index else { return true }
        let whole = ActiveSegment(file: segment.file, first: first, position: segment.end - first)
        do throws(FileFailure) {
            _ = try Self.seal(whole, index: index, seed: core.seed)
            core.ledger.withLock { $0.seal(first) }
        } catch {
            whole.strikeOut()
            core.ledger.withLock { $0.markUnsealable(first) }
        }
        return true
    }

    private func remove(_ first: UInt64) -> Bool {
        guard let segment = core.ledger.withLock({ $0.segments.first(where: { $0.first == first }) }),
            let effects = effects(of: segment)
        else {
            giveUp(on: first)
            return true
        }
        var survivors = core.ledger.withLock { $0.surviving(effects, of: first) }[...]
        while !survivors.isEmpty {
            guard commit([.settled(Array(survivors.prefix(SettledCodec.limit)))]) else { return false }
            survivors = survivors.dropFirst(SettledCodec.limit)
        }
        // First the file of the offsets: after a kill it must not ask for events that went with the segment.
        // A disk that refuses even this gets its space back all the same.
        _ = persistConsumers(force: true)
        do throws(FileFailure) {
            if try !spares.add(segment, core.options) { try core.options.files.remove(segment.file.path) }
            core.ledger.withLock { $0.remove(first) }
            try core.options.files.syncFolder(core.options.folder)
        } catch {
            log.warning(
                "a finished segment could not be removed",
                metadata: ["file": "\(segment.file.name)", "reason": "\(error.reason)"])
            core.ledger.withLock { $0.needsCare = false }
            return false
        }
        return true
    }

    /// What the segment's notes say of messages in older segments; `nil` when it cannot be read.
    private func effects(of segment: Segment) -> [Effect]? {
        if let draft = segment.draft { return draft.effects }
        var effects: [Effect] = []
        do {
            guard let index = try SegmentIndex.read(segment.file, first: segment.first, seed: core.seed) else {
                return nil
            }
            var reader = try SegmentIndex.Reader(index)
            while let effect = try reader.nextEffect() { effects.append(effect) }
            return effects
        } catch {
            log.error(
                "the index of a segment cannot be read, so the segment stays",
                metadata: ["file": "\(segment.file.name)", "error": "\(error)"])
            return nil
        }
    }

    private func restate(_ first: UInt64) -> Bool {
        guard let segment = core.ledger.withLock({ $0.segments.first(where: { $0.first == first }) }) else {
            return true
        }
        var records: [OutgoingRecord] = []
        var bytes = 0
        for index in segment.entries.indices where segment.entries[index].remaining > 0 {
            if bytes >= Self.step { break }
            let entry = segment.entries[index]
            let position = UInt64(entry.position)
            let number = segment.numbers[entry.position] ?? first + position
            do {
                let record = try RecordReading.stored(
                    segment.file, first: first, position: position, length: Int(entry.length), seed: core.seed)
                records.append(try .restated(record, number: number, places: segment.places(index)))
                bytes += Int(entry.length)
            } catch {
                log.error(
                    "a stored message cannot be read",
                    metadata: ["file": "\(segment.file.name)", "offset": "\(position)", "error": "\(error)"])
                giveUp(on: first)
                return true
            }
        }
        return commit(records)
    }

    private func giveUp(on first: UInt64) {
        core.ledger.withLock { $0.markUnreadable(first) }
    }
}
