import Mail

/// The segment that is written to, as the writer has it.
struct ActiveSegment: Sendable {
    let file: SegmentFile
    let first: UInt64
    /// The place in the file behind the last durable record. What a failed commit wrote behind it does not count.
    var position: UInt64
    /// The part of the file that was allocated and never written, where that is known.
    private var untouched: Range<UInt64>

    /// Content above this is handed to the system from where it is; smaller pieces are gathered, so that a group of
    /// small messages is one system call.
    static let gatherLimit = 64 << 10
    private static let bufferLimit = 1 << 20
    /// Blocks that were allocated but never written cost each fdatasync a change of the file system's metadata; those
    /// that are written over do not (measured on ext4: a third of the latency and of the processor time of a small
    /// commit). So zeros go in front of the records, this much at a time.
    private static let zeros = [UInt8](repeating: 0, count: 1 << 20)

    init(file: SegmentFile, first: UInt64, position: UInt64) {
        self.file = file
        self.first = first
        self.position = position
        untouched = 0..<0
    }

    /// A file just made, with nothing in it but its header.
    init(fresh file: SegmentFile, first: UInt64, size: Int) {
        self.init(file: file, first: first, position: UInt64(SegmentHeader.size))
        untouched = position..<max(position, UInt64(size))
    }

    /// Before as many bytes are committed.
    mutating func prepare(for length: Int) throws(FileFailure) {
        guard position + UInt64(length) > untouched.lowerBound, position < untouched.upperBound else { return }
        let start = max(position, untouched.lowerBound)
        let end = min(untouched.upperBound, start + UInt64(Self.zeros.count))
        let count = Int(end - start)
        try file.write(count < Self.zeros.count ? Array(Self.zeros[..<count]) : Self.zeros, at: start)
        untouched = end..<untouched.upperBound
    }

    /// Writes the records behind one another and makes them durable with one fdatasync. `position` does not move:
    /// whoever calls moves it once the records are published.
    /// - Returns: the place behind them.
    func commit(
        _ records: ArraySlice<OutgoingRecord>, seed: CRC32C, buffer: inout [UInt8]
    ) throws(FileFailure) -> UInt64 {
        buffer.removeAll(keepingCapacity: true)
        var bufferStart = position
        var beginsGroup = true
        for record in records {
            let offset = first + bufferStart + UInt64(buffer.count)
            let words = record.header(beginsGroup: beginsGroup).encode(at: offset, seed: seed)
            beginsGroup = false
            Self.append(words.0, to: &buffer)
            Self.append(words.1, to: &buffer)
            Self.append(words.2, to: &buffer)
            buffer.append(contentsOf: record.head)
            try append(record.content.added, to: &buffer, at: &bufferStart)
            try append(record.content.original, to: &buffer, at: &bufferStart)
            if buffer.count > Self.bufferLimit { try flush(&buffer, at: &bufferStart) }
        }
        try flush(&buffer, at: &bufferStart)
        try file.syncData()
        return bufferStart
    }

    private func append(
        _ piece: [UInt8], to buffer: inout [UInt8], at bufferStart: inout UInt64
    ) throws(FileFailure) {
        if piece.count <= Self.gatherLimit {
            buffer.append(contentsOf: piece)
        } else {
            try flush(&buffer, at: &bufferStart)
            try file.write(piece, at: bufferStart)
            bufferStart += UInt64(piece.count)
        }
    }

    private func flush(_ buffer: inout [UInt8], at position: inout UInt64) throws(FileFailure) {
        if buffer.isEmpty { return }
        try file.write(buffer, at: position)
        position += UInt64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }

    private static func append(_ word: UInt64, to buffer: inout [UInt8]) {
        unsafe withUnsafeBytes(of: word.littleEndian) { unsafe buffer.append(contentsOf: $0) }
    }

    /// How many of the records still fit. The first always fits into an empty segment, however large it is.
    func fitting(_ records: ArraySlice<OutgoingRecord>, segmentSize: Int) -> Int {
        var used = Int(position)
        var count = 0
        for record in records {
            used += record.length
            if used > segmentSize, count > 0 || position > UInt64(SegmentHeader.size) { break }
            count += 1
        }
        return count
    }

    /// Makes what a failed commit left behind unreadable, in the page cache at least, before anybody hears of the
    /// refusal: a killed process must not find on its return what it refused. The disk itself may hold the bytes
    /// nevertheless until the next segment begins, whose header strikes them out (see `SegmentHeader`).
    func strikeOut() {
        do throws(FileFailure) {
            try file.truncate(position)
        } catch {
            try? file.write([UInt8](repeating: 0, count: RecordHeader.size), at: position)
        }
    }
}
