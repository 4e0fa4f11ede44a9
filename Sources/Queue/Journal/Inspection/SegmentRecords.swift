import Mail

/// What the records of one segment say, gathered while they are walked through.
struct SegmentRecords {
    /// Something that opens or finishes recipients.
    enum Change {
        case accepted(UInt64, places: Int)
        case restated(UInt64, places: [PlaceState])
        case effect(Effect)

        func apply(to messages: inout OpenMessages) {
            switch self {
            case .accepted(let number, let places): messages.add(number, places: places)
            case .restated(let number, let places): messages.add(number, places: places)
            case .effect(let effect): messages.apply(effect)
            }
        }
    }

    struct Hole {
        var at: UInt64
        var length: UInt64
        var text: String
        /// That lay there, by what the index says.
        var messages: [UUIDv7] = []
    }

    struct Broken {
        var at: UInt64
        var length: UInt64
        var id: UUIDv7
        var number: UInt64
    }

    private struct Place {
        var length: Int
        var number: UInt64?
        var id: UUIDv7
    }

    let first: UInt64
    private(set) var changes: [Change] = []
    private(set) var holes: [Hole] = []
    private(set) var broken: [Broken] = []
    private(set) var indexProblems: [(at: UInt64, text: String)] = []
    /// The last thing in it is the record of an index.
    private(set) var endsWithIndex = false
    private var places: [UInt32: Place] = [:]

    init(first: UInt64) { self.first = first }

    mutating func pass(_ hole: SegmentWalk.Hole) {
        // An index that was replaced, and the trailer behind one, hold nothing of their own.
        if hole.wasIndex || (endsWithIndex && hole.length <= UInt64(SegmentIndex.Trailer.size)) {
            endsWithIndex = true
            return
        }
        endsWithIndex = false
        if let last = holes.last, last.at + last.length == hole.at, hole.foreignKind == nil {
            holes[holes.count - 1].length += hole.length
            return
        }
        let text =
            hole.foreignKind.map { "a record of kind \($0), which this build does not know" }
            ?? "the bytes are no records any more"
        holes.append(Hole(at: hole.at, length: hole.length, text: text))
    }

    /// - Returns: `false` when the head makes no sense: then the record counts as a hole.
    mutating func take(_ record: SegmentWalk.Record) -> Bool {
        do throws(CodecFailure) {
            try understand(record)
            endsWithIndex = record.header.kind == .index
            return true
        } catch {
            pass(SegmentWalk.Hole(at: record.at, length: UInt64(record.header.recordLength)))
            return false
        }
    }

    private mutating func understand(_ record: SegmentWalk.Record) throws(CodecFailure) {
        var decoder = RecordDecoder(record.head)
        switch record.header.kind {
        case .accepted:
            let message = try AcceptedCodec.decode(&decoder).message
            try decoder.finish()
            let places = max(1, message.facts.envelope.recipients.count)
            changes.append(.accepted(first + record.at, places: places))
            remember(record, message.id, number: nil)
        case .restated:
            let (number, places) = try RestatedCodec.decode(&decoder)
            let message = try AcceptedCodec.decode(&decoder).message
            try decoder.finish()
            guard places.count == max(1, message.facts.envelope.recipients.count) else { throw .badValue }
            changes.append(.restated(number, places: places))
            remember(record, message.id, number: number)
        case .attempted, .cancelled, .bounced:
            for effect in try NoteCodec.decode(record.header.kind, record.head).effects {
                changes.append(.effect(effect))
            }
        case .settled:
            for effect in try SettledCodec.decode(record.head) { changes.append(.effect(effect)) }
        case .announced:
            _ = try AnnouncementCodec.decode(record.head)
        case .index:
            break
        }
    }

    private mutating func remember(_ record: SegmentWalk.Record, _ id: UUIDv7, number: UInt64?) {
        places[UInt32(clamping: record.at)] = Place(length: record.header.recordLength, number: number, id: id)
        guard !record.isIntact else { return }
        broken.append(
            Broken(
                at: record.at, length: UInt64(record.header.recordLength), id: id, number: number ?? first + record.at))
    }

    struct Index {
        var effects: [Effect] = []
        var entries: [SegmentIndex.Entry] = []
    }

    /// Holds the index against the records.
    /// - Returns: `nil` when it makes no sense.
    mutating func compare(_ head: [UInt8]) -> Index? {
        var index = Index()
        do throws(CodecFailure) {
            var reader = try SegmentIndex.Reader(head)
            while let effect = try reader.nextEffect() { index.effects.append(effect) }
            while let entry = try reader.nextEntry() { index.entries.append(entry) }
        } catch {
            return nil
        }
        for entry in index.entries {
            let at = UInt64(entry.position)
            if let place = places[entry.position], place.length == entry.length, place.number == entry.number,
                place.id == entry.summary.id
            {
                continue
            }
            if let hole = holes.firstIndex(where: { $0.at <= at && at < $0.at + $0.length }) {
                holes[hole].messages.append(entry.summary.id)
            } else {
                let text = "the index speaks of message \(entry.summary.id) here, the records do not"
                indexProblems.append((at, text))
            }
        }
        return index
    }
}

extension RecordKind {
    /// As `dump` and `check` call it.
    var name: String {
        switch self {
        case .accepted: "accepted"
        case .restated: "restated"
        case .attempted: "attempted"
        case .cancelled: "cancelled"
        case .settled: "settled"
        case .index: "index"
        case .announced: "announced"
        case .bounced: "bounced"
        }
    }
}
