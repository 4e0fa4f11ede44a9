import Mail

/// What the journal remembers of one segment while it exists: where its messages lie and which still matter.
struct Segment {
    /// Legal successors: active -> sealed, active -> abandoned -> sealed.
    enum Status {
        /// The one that is written to.
        case active
        /// Complete, ended by an index.
        case sealed
        /// Complete without an index: a write into it failed.
        case abandoned
    }

    let file: SegmentFile
    let first: UInt64
    /// See `SegmentHeader.eventsBefore`.
    let eventsBefore: UInt64
    /// The log offset behind the last byte that counts.
    var end: UInt64
    /// The log offset behind its last event, or behind the last one before it.
    var eventsEnd: UInt64
    var status = Status.active
    /// In order of position. Finished ones stay until the segment goes, for the notes about them do too.
    var entries: [Entry] = []
    /// The states of messages with several recipients, by the entry's position.
    var states: [UInt32: [PlaceState]] = [:]
    /// The numbers of restated messages, by the entry's position.
    var numbers: [UInt32: UInt64] = [:]
    /// Bytes of the records whose message is not finished.
    var liveBytes = 0
    /// Kept until the index is written.
    var draft: IndexDraft? = IndexDraft()
    /// An attempt to seal it after it was abandoned failed, too. The next start of the process tries again.
    var isUnsealable = false
    /// A record in it could not be read back, so it cannot be emptied.
    var isUnreadable = false

    /// Without records yet.
    init(file: SegmentFile, header: SegmentHeader) {
        self.file = file
        first = header.first
        eventsBefore = header.eventsBefore
        end = header.first + UInt64(SegmentHeader.size)
        eventsEnd = header.eventsBefore
    }

    var size: Int { Int(end - first) }

    /// One message's record, 24 bytes.
    struct Entry {
        /// In the file.
        var position: UInt32
        /// Of the whole record.
        var length: UInt32
        /// Recipients not finished.
        var remaining: UInt32
        /// The state of the only recipient; meaningless where `states` has an entry.
        var single: PackedState

        init(position: UInt32, length: UInt32) {
            self.position = position
            self.length = length
            remaining = 1
            single = PackedState(.fresh)
        }
    }

    /// `PlaceState` without its padding: 12 bytes at an alignment of 4.
    struct PackedState {
        private var nextHigh: Int32
        private var nextLow: UInt32
        private var attempts: UInt16
        private var flags: UInt16

        init(_ state: PlaceState) {
            let next = state.nextAttempt?.milliseconds ?? 0
            nextHigh = Int32(truncatingIfNeeded: next >> 32)
            nextLow = UInt32(truncatingIfNeeded: next)
            attempts = state.attempts
            flags = (state.isFinished ? 1 : 0) | (state.nextAttempt == nil ? 0 : 2)
        }

        var state: PlaceState {
            let next = Int64(nextHigh) << 32 | Int64(nextLow)
            return PlaceState(
                attempts: Int(attempts),
                nextAttempt: flags & 2 == 0 ? nil : .init(milliseconds: next), isFinished: flags & 1 != 0)
        }
    }

    func index(ofPosition position: UInt32) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].position == position ? low : nil
    }

    /// The states of all recipients of an entry, in order.
    func places(_ index: Int) -> [PlaceState] {
        states[entries[index].position] ?? [entries[index].single.state]
    }

    mutating func append(position: UInt32, length: Int, places: [PlaceState], number: UInt64?) {
        var entry = Entry(position: position, length: UInt32(length))
        entry.remaining = UInt32(places.count { !$0.isFinished })
        entry.single = PackedState(places.first ?? .fresh)
        if places.count > 1 { states[position] = places }
        if let number { numbers[position] = number }
        if entry.remaining > 0 { liveBytes += length }
        entries.append(entry)
    }

    /// Nothing will be appended: gives back what growing took in advance, a fifth of all that the ledger holds.
    mutating func trim() {
        var exact: [Entry] = []
        exact.reserveCapacity(entries.count)
        exact.append(contentsOf: entries)
        entries = exact
    }

    /// The message is finished, or lives on in a newer segment.
    mutating func retire(_ index: Int) {
        if entries[index].remaining > 0 { liveBytes -= Int(entries[index].length) }
        entries[index].remaining = 0
        states[entries[index].position] = nil
    }

    /// `false` when there is no such recipient.
    mutating func update(_ index: Int, recipient: UInt32, to state: PlaceState) -> Bool {
        guard entries[index].remaining > 0 else { return false }
        let position = entries[index].position
        let before: PlaceState
        if let several = states[position] {
            guard let place = several.indices.contains(Int(recipient)) ? Int(recipient) : nil else { return false }
            before = several[place]
            if !before.isFinished { states[position]?[place] = state }
        } else {
            guard recipient == 0 else { return false }
            before = entries[index].single.state
            if !before.isFinished { entries[index].single = PackedState(state) }
        }
        // Finished is final: a note that comes late, or twice, changes nothing.
        if before.isFinished || !state.isFinished { return true }
        entries[index].remaining -= 1
        if entries[index].remaining == 0 {
            liveBytes -= Int(entries[index].length)
            states[position] = nil
        }
        return true
    }
}

/// What the index of the segment will need and nobody else does.
struct IndexDraft {
    /// The summaries of the entries, one after another.
    var summaries: [UInt8] = []
    /// Where each ends.
    var ends: [Int] = []
    /// What notes in this segment say of messages in older ones.
    var effects: [Effect] = []

    mutating func add(_ summary: ArraySlice<UInt8>) {
        summaries.append(contentsOf: summary)
        ends.append(summaries.count)
    }

    func summary(_ index: Int) -> ArraySlice<UInt8> {
        summaries[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }
}
