import Glibc

/// Walks through the records of a segment file by a window of its bytes.
struct SegmentCursor {
    let file: SegmentFile
    /// Log offset of the file's first byte.
    let first: UInt64
    let seed: CRC32C
    /// Nothing at or behind this place of the file counts.
    let limit: UInt64

    private var window: [UInt8] = []
    private var windowStart: UInt64 = 0
    private let windowSize: Int

    init(_ file: SegmentFile, first: UInt64, seed: CRC32C, limit: UInt64, window: Int = 1 << 20) {
        self.file = file
        self.first = first
        self.seed = seed
        self.limit = limit
        windowSize = window
    }

    /// The header at this place of the file, when there is a valid one whose record ends before the limit.
    mutating func header(at position: UInt64) throws(FileFailure) -> RecordHeader? {
        guard position + UInt64(RecordHeader.size) <= limit else { return nil }
        guard let start = try cover(position, RecordHeader.size) else { return nil }
        guard let header = RecordHeader.decode(words(start), at: first + position, seed: seed),
            position + UInt64(header.recordLength) <= limit
        else { return nil }
        return header
    }

    /// `nil` when the file ends before.
    mutating func bytes(at position: UInt64, count: Int) throws(FileFailure) -> [UInt8]? {
        if count > windowSize {
            let bytes = try file.read(at: position, count: count)
            return bytes.count == count ? bytes : nil
        }
        guard let start = try cover(position, count) else { return nil }
        return Array(window[start..<start + count])
    }

    /// The head of a record, when its checksum holds.
    mutating func head(_ header: RecordHeader, at position: UInt64) throws(FileFailure) -> [UInt8]? {
        guard let head = try bytes(at: position + UInt64(RecordHeader.size), count: header.headLength),
            CRC32C.of(head) == header.headCRC
        else { return nil }
        return head
    }

    mutating func contentIsIntact(_ header: RecordHeader, at position: UInt64) throws(FileFailure) -> Bool {
        var crc = CRC32C()
        var at = position + UInt64(RecordHeader.size + header.headLength)
        var rest = header.contentLength
        while rest > 0 {
            let step = min(rest, windowSize)
            guard let start = try cover(at, step) else { return false }
            crc.update(window.span.extracting(start..<start + step))
            at += UInt64(step)
            rest -= step
        }
        return crc.value == header.contentCRC
    }

    /// The place of the next valid header at or behind `position`, found byte by byte.
    mutating func nextHeader(from position: UInt64) throws(FileFailure) -> UInt64? {
        var at = position
        while at + UInt64(RecordHeader.size) <= limit {
            window = try file.read(at: at, count: Int(min(UInt64(windowSize), limit - at)))
            windowStart = at
            guard window.count >= RecordHeader.size else { return nil }
            // Most of an unfinished segment is its preallocated, empty rest.
            if !Self.isZero(window) {
                var start = 0
                while let place = candidate(from: start) {
                    if let header = RecordHeader.decode(words(place), at: first + at + UInt64(place), seed: seed),
                        at + UInt64(place + header.recordLength) <= limit
                    {
                        return at + UInt64(place)
                    }
                    start = place + 1
                }
            }
            at += UInt64(window.count - RecordHeader.size + 1)
        }
        return nil
    }

    /// The place of the last record at or behind `position` that begins a group commit.
    mutating func lastGroup(from position: UInt64) throws(FileFailure) -> UInt64? {
        var last: UInt64?
        var at = position
        while let place = try nextHeader(from: at) {
            at = place
            while let header = try header(at: at) {
                if header.beginsGroup { last = at }
                at += UInt64(header.recordLength)
            }
        }
        return last
    }

    /// How many bytes from `position` to the end of the last record that begins there or behind. What a recycled file
    /// holds from its former life is none.
    mutating func recordBytes(from position: UInt64) throws(FileFailure) -> UInt64 {
        var used: UInt64 = 0
        var at = position
        while let place = try nextHeader(from: at), let header = try header(at: place) {
            at = place + UInt64(header.recordLength)
            used = at - position
        }
        return used
    }

    /// How many bytes from `position` to the last one that is not zero.
    mutating func usedBytes(from position: UInt64) throws(FileFailure) -> UInt64 {
        var used: UInt64 = 0
        var at = position
        while at < limit {
            let bytes = try file.read(at: at, count: Int(min(UInt64(windowSize), limit - at)))
            if bytes.isEmpty { break }
            if !Self.isZero(bytes), let last = bytes.lastIndex(where: { $0 != 0 }) {
                used = at + UInt64(last) + 1 - position
            }
            at += UInt64(bytes.count)
        }
        return used
    }

    /// Makes the window hold these bytes; returns where they begin in it, `nil` when the file ends before.
    private mutating func cover(_ position: UInt64, _ count: Int) throws(FileFailure) -> Int? {
        if position < windowStart || position + UInt64(count) > windowStart + UInt64(window.count) {
            let wanted = max(count, min(windowSize, Int(clamping: limit - min(limit, position))))
            window = try file.read(at: position, count: wanted)
            windowStart = position
            guard window.count >= count else { return nil }
        }
        return Int(position - windowStart)
    }

    /// The next place in the window that could be a header: kind, flags and two zero bytes rule out nearly all without
    /// a checksum. Tens of millions of bytes come through here when the end of the log is looked for in a recycled
    /// file.
    private func candidate(from start: Int) -> Int? {
        let last = window.count - RecordHeader.size
        // SAFETY: `place + 7 < window.count`, for a header is longer than 8 bytes.
        return unsafe window.withUnsafeBufferPointer { bytes in
            var place = start
            while place <= last {
                if unsafe bytes[place &+ 7] == 0, unsafe bytes[place &+ 6] == 0, unsafe bytes[place &+ 5] <= 1,
                    unsafe bytes[place &+ 4] != 0, unsafe bytes[place &+ 4] <= RecordKind.highest
                {
                    return place
                }
                place &+= 1
            }
            return nil
        }
    }

    private func words(_ start: Int) -> (UInt64, UInt64, UInt64) {
        precondition(start >= 0 && start + RecordHeader.size <= window.count)
        // SAFETY: the precondition bounds all three loads.
        return unsafe window.withUnsafeBytes { bytes in
            unsafe (
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)),
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)),
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 16, as: UInt64.self))
            )
        }
    }

    private static func isZero(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, first == 0, bytes.count > 1 else { return bytes.allSatisfy { $0 == 0 } }
        // SAFETY: compares bytes[0 ..< count-1] with bytes[1 ..< count].
        return unsafe bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress else { return true }
            return unsafe memcmp(base, base + 1, all.count - 1) == 0
        }
    }
}
