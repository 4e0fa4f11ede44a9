import Mail

/// The first 64 bytes of a segment file: `magic | version | 0 | journal id | first offset | events end | 0 ... |
/// CRC-32C`.
///
/// A segment covers the log from `first` to where the next segment begins. What lies in its file behind that place is
/// void: so a range whose sync failed is struck out by the mere existence of the next segment, without having to be
/// rewritten.
///
/// The version is that of everything in the file: a new record kind, a new field in a head or in the index raises it,
/// so that a program which does not know them refuses the folder (`JournalFormat`) instead of taking them for damage.
/// Older versions are read for ever and never written to: their last segment is sealed and a new one begun.
struct SegmentHeader: Equatable {
    static let size = 64
    /// 1: until issue 3. 2: `bounced` records, campaigns in the summary.
    static let version: UInt32 = 2
    private static let magic: [UInt8] = Array("MARTLETJ".utf8)

    var journal: UUIDv7
    /// The log offset of the file's first byte.
    var first: UInt64
    /// The log offset behind the last event before this segment. A reader at or past it has missed nothing, even when
    /// segments in between have been removed.
    var eventsBefore: UInt64
    /// Of the program that began the segment.
    var version = Self.version

    enum Failure: Error, Equatable {
        /// Only zeros, or too short: the file was being made when the machine stopped, and nothing was in it yet.
        case unborn
        case version(UInt32)
        case damaged
    }

    func encode() -> [UInt8] {
        var out = RecordEncoder(reserving: Self.size)
        out.put(raw: Self.magic)
        out.put(fixed: version)
        out.put(fixed: UInt32(0))
        out.put(journal)
        out.put(fixed: first)
        out.put(fixed: eventsBefore)
        out.put(raw: [UInt8](repeating: 0, count: Self.size - 4 - out.count))
        out.put(fixed: CRC32C.of(out.bytes))
        return out.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(Failure) -> SegmentHeader {
        if bytes.allSatisfy({ $0 == 0 }) { throw .unborn }
        guard bytes.count == size, bytes.starts(with: magic) else { throw .damaged }
        var decoder = RecordDecoder(bytes, in: magic.count..<size)
        var tail = RecordDecoder(bytes, in: size - 4..<size)
        guard let version = try? decoder.fixed(UInt32.self), (try? decoder.fixed(UInt32.self)) != nil,
            let journal = try? decoder.identifier(), let first = try? decoder.fixed(UInt64.self),
            let eventsBefore = try? decoder.fixed(UInt64.self),
            let checksum = try? tail.fixed(UInt32.self)
        else { throw .damaged }
        // A later version may keep its checksum elsewhere, so the version is judged first.
        guard version <= Self.version else { throw .version(version) }
        guard version > 0, checksum == CRC32C.of(Array(bytes.prefix(size - 4))) else { throw .damaged }
        return SegmentHeader(journal: journal, first: first, eventsBefore: eventsBefore, version: version)
    }

    /// The file is named by its first offset, so that names sort as the log does.
    static func fileName(_ first: UInt64) -> String {
        let digits = String(first, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + ".seg"
    }

    static func first(inFileName name: String) -> UInt64? {
        guard name.utf8.count == 20, name.hasSuffix(".seg") else { return nil }
        return UInt64(name.dropLast(4), radix: 16)
    }
}
