import Mail

/// What a record says. The raw values stand on disk: never change one. A new one raises `SegmentHeader.version`.
enum RecordKind: UInt8, CaseIterable {
    /// A message with its content.
    case accepted = 1
    /// A message moved here from an older segment: number, recipient states, then as `accepted`.
    case restated = 2
    case attempted = 3
    case cancelled = 4
    /// Recipient states of messages in older segments, carried over from a segment that was removed.
    case settled = 5
    /// The index that ends a sealed segment.
    case index = 6
    /// Something that happened, but to no message.
    case announced = 7
    /// Recipients that an operator gave up.
    case bounced = 8

    static let highest = bounced.rawValue

    var hasContent: Bool { self == .accepted || self == .restated }

    /// Whether consumers of the log see it.
    var isEvent: Bool {
        switch self {
        case .accepted, .attempted, .cancelled, .announced, .bounced: true
        case .restated, .settled, .index: false
        }
    }
}

/// The 24 bytes in front of every record: `check | kind | flags | 0 0 | head length | head CRC | content length |
/// content CRC`, followed by the head (fields) and the content (the message's bytes).
///
/// `check` is the CRC-32C of the other 20 bytes, begun with the journal's identifier and the record's offset in the
/// log. Therefore (1) a header found anywhere by searching is a header and not message text that looks like one: no
/// client knows the 128-bit identifier; (2) bytes of another journal or another place never pass; (3) a damaged body
/// does not hide the records behind it, because the lengths are vouched for on their own. Head and content have a
/// checksum each so that an event can be read without its 25 MB of content.
struct RecordHeader: Equatable {
    static let size = 24
    /// Head or content above this cannot be a record: 1 GiB.
    static let limit = 1 << 30

    var kind: RecordKind
    /// The first record of a group commit. A group is written only after the one before it is durable, so whatever
    /// precedes such a record was acknowledged: damage there is damage and not a torn write.
    var beginsGroup: Bool
    var headLength: Int
    var headCRC: UInt32
    var contentLength: Int
    var contentCRC: UInt32

    var recordLength: Int { Self.size + headLength + contentLength }

    /// The checksum state that every header of this journal starts from.
    static func seed(_ journal: UUIDv7) -> CRC32C {
        var crc = CRC32C()
        crc.update(word: journal.high)
        crc.update(word: journal.low)
        return crc
    }

    func encode(at offset: UInt64, seed: CRC32C) -> (UInt64, UInt64, UInt64) {
        let tag = UInt64(kind.rawValue) << 32 | (beginsGroup ? UInt64(1) << 40 : 0)
        let second = UInt64(headLength) | UInt64(headCRC) << 32
        let third = UInt64(contentLength) | UInt64(contentCRC) << 32
        return (tag | UInt64(Self.check(offset, seed, tag, second, third)), second, third)
    }

    /// `nil` for anything that is not a header of this journal at this offset.
    static func decode(_ words: (UInt64, UInt64, UInt64), at offset: UInt64, seed: CRC32C) -> RecordHeader? {
        let tag = words.0 & 0xFFFF_FFFF_0000_0000
        // Cheap tests first: a search for the next header comes through here for every byte.
        guard tag & 0xFFFF_FE00_0000_0000 == 0,
            let kind = RecordKind(rawValue: UInt8(truncatingIfNeeded: tag >> 32)),
            words.1 & 0xFFFF_FFFF <= UInt64(limit), words.2 & 0xFFFF_FFFF <= UInt64(limit),
            UInt32(truncatingIfNeeded: words.0) == check(offset, seed, tag, words.1, words.2)
        else { return nil }
        return RecordHeader(
            kind: kind, beginsGroup: tag & (1 << 40) != 0, headLength: Int(words.1 & 0xFFFF_FFFF),
            headCRC: UInt32(truncatingIfNeeded: words.1 >> 32), contentLength: Int(words.2 & 0xFFFF_FFFF),
            contentCRC: UInt32(truncatingIfNeeded: words.2 >> 32))
    }

    /// The kind of a header whose checksum holds although this program does not know the kind: a newer one wrote it.
    static func foreignKind(_ words: (UInt64, UInt64, UInt64), at offset: UInt64, seed: CRC32C) -> UInt8? {
        let tag = words.0 & 0xFFFF_FFFF_0000_0000
        let kind = UInt8(truncatingIfNeeded: tag >> 32)
        guard RecordKind(rawValue: kind) == nil,
            UInt32(truncatingIfNeeded: words.0) == check(offset, seed, tag, words.1, words.2)
        else { return nil }
        return kind
    }

    private static func check(
        _ offset: UInt64, _ seed: CRC32C, _ tag: UInt64, _ second: UInt64, _ third: UInt64
    ) -> UInt32 {
        var crc = seed
        crc.update(word: offset)
        crc.update(word: tag)
        crc.update(word: second)
        crc.update(word: third)
        return crc.value
    }
}
