/// Which messages are unfinished and where they lie. The writer changes it after each commit; recovery rebuilds it.
///
/// A message is found by its number: the log offset it was first written at, or, once it was restated, where `moved`
/// says. An unfinished message of one recipient costs 24 bytes here.
struct Ledger {
    /// In order of their offsets; the last one is written to.
    private(set) var segments: [Segment] = []
    private var moved: [UInt64: UInt64] = [:]
    /// Something may have become removable.
    var needsCare = false
    /// See `JournalOptions.restateBelow`.
    private let restateBelow: Double

    init(restateBelow: Double) { self.restateBelow = restateBelow }

    struct Location {
        var segment: Int
        var entry: Int
    }

    mutating func add(_ segment: Segment) {
        precondition(segments.last.map { $0.first < segment.first } ?? true)
        segments.append(segment)
        needsCare = true
    }

    /// Forgets what was recovered of the last segment, to read it another way.
    mutating func restartLast() {
        let last = segments.count - 1
        segments[last].entries = []
        segments[last].states = [:]
        segments[last].numbers = [:]
        segments[last].liveBytes = 0
        segments[last].draft = IndexDraft()
    }

    func segmentIndex(containing offset: UInt64) -> Int? {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].first <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 && offset < segments[low - 1].end ? low - 1 : nil
    }

    func locate(_ number: UInt64) -> Location? {
        if let offset = moved[number], let found = entry(at: offset) { return found }
        return entry(at: number)
    }

    private func entry(at offset: UInt64) -> Location? {
        guard let segment = segmentIndex(containing: offset),
            let position = UInt32(exactly: offset - segments[segment].first),
            let entry = segments[segment].index(ofPosition: position)
        else { return nil }
        return Location(segment: segment, entry: entry)
    }

    // MARK: Records of the last segment

    /// The writer or the reader has come this far.
    mutating func extend(to end: UInt64, isEvent: Bool) {
        let last = segments.count - 1
        segments[last].end = end
        if isEvent { segments[last].eventsEnd = end }
    }

    mutating func accepted(at offset: UInt64, length: Int, places: Int, summary: ArraySlice<UInt8>) {
        let last = segments.count - 1
        segments[last].append(
            position: UInt32(offset - segments[last].first), length: length,
            places: [PlaceState](repeating: .fresh, count: places), number: nil)
        segments[last].draft?.add(summary)
    }

    mutating func restated(
        _ number: UInt64, at offset: UInt64, length: Int, places: [PlaceState], summary: ArraySlice<UInt8>
    ) {
        if let old = locate(number) { segments[old.segment].retire(old.entry) }
        let last = segments.count - 1
        segments[last].append(
            position: UInt32(offset - segments[last].first), length: length, places: places, number: number)
        segments[last].draft?.add(summary)
        moved[number] = offset
        needsCare = true
    }

    /// From an index, whose draft will never be needed.
    mutating func recovered(_ entry: SegmentIndex.Entry, at offset: UInt64) {
        let last = segments.count - 1
        if let number = entry.number {
            if let old = locate(number) { segments[old.segment].retire(old.entry) }
            moved[number] = offset
        }
        segments[last].append(
            position: entry.position, length: entry.length, places: entry.places, number: entry.number)
    }

    mutating func apply(_ effect: Effect) {
        guard let found = locate(effect.number) else { return }
        let last = segments.count - 1
        // By number and not by place: should the copy in this segment go while the original stays, this note must too.
        if effect.number < segments[last].first { segments[last].draft?.effects.append(effect) }
        let before = segments[found.segment].liveBytes
        _ = segments[found.segment].update(found.entry, recipient: effect.recipient, to: effect.state)
        if found.segment == last { return }
        // Asked for only at the two borders: looking through the segments is not for every commit.
        let after = segments[found.segment].liveBytes
        let border = Int(restateBelow * Double(segments[found.segment].size))
        if (before > 0 && after == 0) || (before >= border && after < border) { needsCare = true }
    }

    // MARK: Ends of segments

    mutating func close(_ index: Int, as status: Segment.Status, end: UInt64) {
        segments[index].status = status
        segments[index].end = end
        // An abandoned segment has no index to read its effects from later.
        if status == .sealed {
            segments[index].draft = nil
            segments[index].trim()
        }
        needsCare = true
    }

    /// An abandoned segment has its index now. It covers no more of the log than before.
    mutating func seal(_ first: UInt64) {
        guard let index = segments.firstIndex(where: { $0.first == first }) else { return }
        close(index, as: .sealed, end: segments[index].end)
    }

    mutating func markUnsealable(_ first: UInt64) {
        if let index = segments.firstIndex(where: { $0.first == first }) { segments[index].isUnsealable = true }
    }

    mutating func markUnreadable(_ first: UInt64) {
        if let index = segments.firstIndex(where: { $0.first == first }) { segments[index].isUnreadable = true }
    }

    mutating func remove(_ first: UInt64) {
        guard let index = segments.firstIndex(where: { $0.first == first }) else { return }
        let gone = segments.remove(at: index)
        var orphans: Set<UInt64> = []
        for (position, number) in gone.numbers where moved[number] == gone.first + UInt64(position) {
            moved[number] = nil
            orphans.insert(number)
        }
        if orphans.isEmpty { return }
        // An older copy may be left, in a segment that cannot go yet. A restart would take its message for unfinished, so
        // what is known of it must still find it.
        for older in segments[..<index] {
            for (position, number) in older.numbers where orphans.contains(number) {
                moved[number] = older.first + UInt64(position)
            }
        }
    }

    // MARK: Questions

    /// Whether the segment may be emptied or removed as far as its readers are concerned.
    ///
    /// What a failed commit left in an abandoned segment is void because its successor begins before it. So the
    /// successor stays as long as its predecessor could not be sealed.
    func isIdle(_ index: Int, passed offset: UInt64) -> Bool {
        !segments[index].isUnreadable && segments[index].eventsEnd <= offset
            && (index == 0 || segments[index - 1].status != .abandoned)
    }

    var end: UInt64 { segments.last?.end ?? 0 }

    var eventsEnd: UInt64 { segments.last?.eventsEnd ?? 0 }

    /// What must still be known of a segment's effects when it goes: those on messages of which a record still exists.
    ///
    /// That may be an older one than the last: a segment that could not be read, or removed, keeps the original of a
    /// message after the segment with its copy is gone, and a restart would take it for unfinished.
    func surviving(_ effects: [Effect], of first: UInt64) -> [Effect] {
        var seen: Set<DeliveryKey> = []
        var survivors: [Effect] = []
        var copies: Set<UInt64>?
        for effect in effects {
            guard let found = locate(effect.number),
                segments[found.segment].first != first
                    || hasOlderRecord(of: effect.number, before: found.segment, &copies),
                seen.insert(DeliveryKey(number: effect.number, recipient: effect.recipient)).inserted
            else { continue }
            var effect = effect
            if segments[found.segment].entries[found.entry].remaining == 0 {
                effect.state.isFinished = true
            } else {
                let places = segments[found.segment].places(found.entry)
                guard places.indices.contains(Int(effect.recipient)) else { continue }
                effect.state = places[Int(effect.recipient)]
            }
            survivors.append(effect)
        }
        return survivors
    }

    /// - Parameter copies: the messages written again in the segments before, once somebody has asked for them: looking
    ///   through them for each effect anew would take seconds, with everybody waiting for the ledger.
    private func hasOlderRecord(of number: UInt64, before segment: Int, _ copies: inout Set<UInt64>?) -> Bool {
        if let original = segmentIndex(containing: number), original != segment { return true }
        if let copies { return copies.contains(number) }
        var found: Set<UInt64> = []
        for older in segments[..<segment] { found.formUnion(older.numbers.values) }
        copies = found
        return found.contains(number)
    }

    private struct DeliveryKey: Hashable {
        var number: UInt64
        var recipient: UInt32
    }
}
