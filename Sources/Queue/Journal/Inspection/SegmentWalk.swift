/// Goes through the records of one segment, one step at a time, and tells damage from a torn end as recovery does.
struct SegmentWalk {
    struct Record {
        var header: RecordHeader
        /// The place in the file.
        var at: UInt64
        var head: [UInt8]
        /// Whether the checksum of the content holds; `true` where that is not asked for.
        var isIntact: Bool
    }

    struct Hole {
        /// The place in the file.
        var at: UInt64
        var length: UInt64
        /// The kind of the record of a newer program that stands at its beginning.
        var foreignKind: UInt8?
        /// It is an index that was found damaged, and replaced by one that stands further behind.
        var wasIndex = false
    }

    enum Step {
        case record(Record)
        /// Bytes that were records once.
        case hole(Hole)
    }

    let file: SegmentFile
    let first: UInt64
    let limit: UInt64
    private let seed: CRC32C
    private let mayBeTorn: Bool
    private let checksContent: Bool
    private var cursor: SegmentCursor
    private var search: SegmentCursor
    private var lastGroup: UInt64?
    private var knowsLastGroup = false
    /// Behind the last record that counts, once there is no further step.
    private(set) var position = UInt64(SegmentHeader.size)
    /// Bytes of records behind it that were never acknowledged.
    private(set) var torn: UInt64 = 0

    /// - Parameters:
    ///   - limit: nothing at or behind this place of the file counts.
    ///   - mayBeTorn: it is the last segment, where a write may have been cut off.
    init(
        _ file: SegmentFile, first: UInt64, seed: CRC32C, limit: UInt64, mayBeTorn: Bool, checksContent: Bool = true
    ) {
        self.file = file
        self.first = first
        self.limit = limit
        self.seed = seed
        self.mayBeTorn = mayBeTorn
        self.checksContent = checksContent
        cursor = SegmentCursor(file, first: first, seed: seed, limit: limit)
        search = cursor
    }

    /// - Returns: `nil` at the end.
    mutating func next() throws(FileFailure) -> Step? {
        guard position + UInt64(RecordHeader.size) <= limit else { return try end() }
        if let record = try whole() { return take(record) }
        guard try wasDurable(position) else { return try end() }
        // Where an engine is writing, the bytes may have come since they were read.
        cursor = SegmentCursor(file, first: first, seed: seed, limit: limit)
        if let record = try whole() { return take(record) }
        let at = position
        guard let header = try cursor.header(at: at) else {
            let kind = try cursor.foreignKind(at: at)
            position = try search.nextHeader(from: at + 1) ?? limit
            return .hole(Hole(at: at, length: position - at, foreignKind: kind))
        }
        position += UInt64(header.recordLength)
        guard let head = try cursor.head(header, at: at) else {
            return .hole(Hole(at: at, length: position - at, wasIndex: header.kind == .index))
        }
        return .record(Record(header: header, at: at, head: head, isIntact: false))
    }

    /// The record at the position, when all of it is right.
    private mutating func whole() throws(FileFailure) -> Record? {
        guard let header = try cursor.header(at: position), let head = try cursor.head(header, at: position) else {
            return nil
        }
        if checksContent, try !cursor.contentIsIntact(header, at: position) { return nil }
        return Record(header: header, at: position, head: head, isIntact: true)
    }

    private mutating func take(_ record: Record) -> Step {
        position += UInt64(record.header.recordLength)
        return .record(record)
    }

    private mutating func end() throws(FileFailure) -> Step? {
        if mayBeTorn { torn = try search.recordBytes(from: position) }
        return nil
    }

    /// As in recovery: a group begins only after the one before it is durable.
    private mutating func wasDurable(_ place: UInt64) throws(FileFailure) -> Bool {
        guard mayBeTorn else { return true }
        if !knowsLastGroup {
            lastGroup = try search.lastGroup(from: place + 1)
            knowsLastGroup = true
        }
        return lastGroup.map { place < $0 } ?? false
    }
}
