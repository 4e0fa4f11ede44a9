import Mail

/// The head of an `index` record, the last of a sealed segment: the unfinished messages of the segment as of its
/// sealing, with their summaries, and what its notes say of messages in older segments. So a restart reads this and
/// nothing else.
///
/// `version | events end | effects | entries`; an entry is `flags | position | length | [number] | [states] | summary`.
enum SegmentIndex {
    static let version: UInt8 = 1

    private static let isMoved: UInt8 = 1
    private static let hasStates: UInt8 = 2

    static func encode(_ segment: Segment) -> [UInt8] {
        let draft = segment.draft ?? IndexDraft()
        let live = segment.entries.indices.filter { segment.entries[$0].remaining > 0 }
        var out = RecordEncoder(reserving: live.count * 96 + draft.effects.count * 20 + 32)
        out.put(version)
        out.put(fixed: segment.eventsEnd)
        out.put(count: draft.effects.count)
        for effect in draft.effects { effect.encode(into: &out) }
        out.put(count: live.count)
        for index in live {
            let entry = segment.entries[index]
            let number = segment.numbers[entry.position]
            let places = segment.places(index)
            let isFresh = places.allSatisfy { $0 == .fresh }
            out.put((number == nil ? 0 : isMoved) | (isFresh ? 0 : hasStates))
            out.put(varint: UInt64(entry.position))
            out.put(varint: UInt64(entry.length))
            if let number { out.put(fixed: number) }
            if !isFresh {
                out.put(count: places.count)
                for place in places { place.encode(into: &out) }
            }
            out.put(raw: draft.summary(index))
        }
        return out.bytes
    }

    struct Entry {
        var position: UInt32
        var length: Int
        var number: UInt64?
        var places: [PlaceState]
        var summary: Summary
    }

    /// Hands out the effects one by one, then the entries, so that a million of them never exist at once. The effects come
    /// first because whoever removes the segment needs only them.
    struct Reader {
        /// See `Segment.eventsEnd`.
        let eventsEnd: UInt64
        private var decoder: RecordDecoder
        private var effects: Int
        private var entries: Int?

        init(_ head: [UInt8]) throws(CodecFailure) {
            decoder = RecordDecoder(head)
            let version = try decoder.byte()
            guard version == SegmentIndex.version else { throw .version(version) }
            eventsEnd = try decoder.fixed()
            effects = try decoder.count(width: 11)
        }

        mutating func nextEffect() throws(CodecFailure) -> Effect? {
            guard effects > 0 else { return nil }
            effects -= 1
            return try Effect(from: &decoder)
        }

        /// Only after the last effect.
        mutating func nextEntry(sharing interner: DomainInterner? = nil) throws(CodecFailure) -> Entry? {
            precondition(effects == 0)
            let left: Int
            if let entries { left = entries } else { left = try decoder.count() }
            guard left > 0 else {
                try decoder.finish()
                return nil
            }
            entries = left - 1
            let flags = try decoder.byte()
            guard flags < 4, let position = UInt32(exactly: try decoder.varint()),
                let length = UInt32(exactly: try decoder.varint())
            else { throw .badValue }
            let number = flags & isMoved != 0 ? try decoder.fixed(UInt64.self) : nil
            var places: [PlaceState] = []
            if flags & hasStates != 0 {
                for _ in 0..<(try decoder.count(width: 2)) { places.append(try PlaceState(from: &decoder)) }
            }
            let summary = try Summary(from: &decoder, sharing: interner)
            if flags & hasStates == 0 { places = [PlaceState](repeating: .fresh, count: summary.places) }
            guard places.count == summary.places else { throw .badValue }
            return Entry(position: position, length: Int(length), number: number, places: places, summary: summary)
        }
    }

    /// The index of a sealed file; `nil` when the file is not sealed.
    /// - Throws: `damaged` when it is sealed and the index cannot be read.
    static func read(_ file: SegmentFile, first: UInt64, seed: CRC32C) throws(JournalFailure) -> [UInt8]? {
        let damagedAt: UInt64
        do throws(FileFailure) {
            let size = try file.size()
            guard size >= UInt64(SegmentHeader.size + Trailer.size) else { return nil }
            let trailer = try file.read(at: size - UInt64(Trailer.size), count: Trailer.size)
            guard let position = Trailer.decode(trailer, first: first, seed: seed) else { return nil }
            var cursor = SegmentCursor(file, first: first, seed: seed, limit: size, window: 64 << 10)
            if let header = try cursor.header(at: position), header.kind == .index,
                let head = try cursor.head(header, at: position)
            {
                return head
            }
            damagedAt = position
        } catch {
            throw .unreadable(errno: error.errno)
        }
        throw .damaged(file: file.name, offset: damagedAt)
    }

    /// The last 24 bytes of a sealed file: `magic | position of the index record | CRC-32C of both, seeded | 0`.
    enum Trailer {
        static let size = 24
        private static let magic: UInt64 = 0x5845_444E_4954_524D  // "MRTINDEX" as the bytes lie on disk

        static func encode(position: UInt64, first: UInt64, seed: CRC32C) -> [UInt8] {
            var out = RecordEncoder(reserving: size)
            out.put(fixed: magic)
            out.put(fixed: position)
            out.put(fixed: check(position, first, seed))
            out.put(fixed: UInt32(0))
            return out.bytes
        }

        static func decode(_ bytes: [UInt8], first: UInt64, seed: CRC32C) -> UInt64? {
            var decoder = RecordDecoder(bytes)
            guard let found = try? decoder.fixed(UInt64.self), found == magic,
                let position = try? decoder.fixed(UInt64.self), let crc = try? decoder.fixed(UInt32.self),
                crc == check(position, first, seed)
            else { return nil }
            return position
        }

        private static func check(_ position: UInt64, _ first: UInt64, _ seed: CRC32C) -> UInt32 {
            var crc = seed
            crc.update(word: first)
            crc.update(word: magic)
            crc.update(word: position)
            return crc.value
        }
    }
}
