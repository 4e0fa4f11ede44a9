import Mail

/// A record on its way to the disk. It is encoded, and its checksums are made, on the thread of whoever brings it: the
/// one writer only copies bytes.
final class OutgoingRecord: Sendable {
    typealias Waiter = JournalWaiter

    let kind: RecordKind
    let head: [UInt8]
    let headCRC: UInt32
    /// The content in two pieces, never joined.
    let content: Content
    let contentCRC: UInt32
    let meaning: Meaning
    /// What consumers will see; `nil` where nobody keeps recent events, and for records that are no events.
    let event: PendingEvent?
    let waiter: Waiter?

    /// What the ledger learns once the record is durable.
    enum Meaning: Sendable {
        /// The range is the summary's, within the head.
        case accepted(places: Int, summary: Range<Int>)
        case restated(number: UInt64, places: [PlaceState], summary: Range<Int>)
        case effects([Effect])
    }

    struct PendingEvent: Sendable {
        var at: WallTime
        var tenant: UUIDv7
        var message: UUIDv7
        var kind: Event.Kind
    }

    var length: Int { RecordHeader.size + head.count + content.count }

    init(
        kind: RecordKind, head: [UInt8], content: Content = Content(original: []), meaning: Meaning,
        event: PendingEvent? = nil, waiter: Waiter? = nil
    ) {
        self.kind = kind
        self.head = head
        headCRC = CRC32C.of(head)
        self.content = content
        var crc = CRC32C()
        crc.update(content.added)
        crc.update(content.original)
        contentCRC = crc.value
        self.meaning = meaning
        self.event = event
        self.waiter = waiter
    }

    static func accepted(_ message: AcceptedMessage, keepingEvent: Bool, waiter: Waiter?) -> OutgoingRecord {
        var encoder = RecordEncoder(reserving: 512)
        let summary = AcceptedCodec.encode(message, into: &encoder)
        let event = PendingEvent(
            at: message.at, tenant: message.tenant, message: message.id, kind: .queued(message.facts))
        return OutgoingRecord(
            kind: .accepted, head: encoder.bytes, content: message.content,
            meaning: .accepted(places: max(1, message.facts.envelope.recipients.count), summary: 0..<summary),
            event: keepingEvent ? event : nil, waiter: waiter)
    }

    static func note(_ note: JournalNote, keepingEvent: Bool, waiter: Waiter? = nil) -> OutgoingRecord {
        var encoder = RecordEncoder(reserving: 256)
        NoteCodec.encode(note, into: &encoder)
        return OutgoingRecord(
            kind: note.kind, head: encoder.bytes, meaning: .effects(note.effects),
            event: keepingEvent ? PendingEvent(note) : nil, waiter: waiter)
    }

    /// The same for later: whoever waited for it has been told that it takes long.
    var unattended: OutgoingRecord {
        waiter == nil ? self : OutgoingRecord(kind: kind, head: head, content: content, meaning: meaning, event: event)
    }

    static func announced(_ announcement: Announcement, keepingEvent: Bool, waiter: Waiter?) -> OutgoingRecord {
        var encoder = RecordEncoder(reserving: 256)
        AnnouncementCodec.encode(announcement, into: &encoder)
        return OutgoingRecord(
            kind: .announced, head: encoder.bytes, meaning: .effects([]),
            event: keepingEvent ? PendingEvent(announcement) : nil, waiter: waiter)
    }

    /// A stored message, to be written again with the states it has come to.
    static func restated(
        _ stored: StoredRecord, number: UInt64, places: [PlaceState]
    ) throws(CodecFailure) -> OutgoingRecord {
        var decoder = RecordDecoder(stored.head)
        if stored.kind == .restated { _ = try RestatedCodec.decode(&decoder) }
        let start = decoder.position
        _ = try Summary(from: &decoder)
        let (head, summary) = RestatedCodec.encode(
            number: number, places: places, accepted: stored.head[start...], summaryLength: decoder.position - start)
        return OutgoingRecord(
            kind: .restated, head: head, content: Content(original: stored.content),
            meaning: .restated(number: number, places: places, summary: summary))
    }

    /// States carried over from a segment that is about to go.
    static func settled(_ effects: [Effect]) -> OutgoingRecord {
        OutgoingRecord(kind: .settled, head: SettledCodec.encode(effects), meaning: .effects(effects))
    }

    /// Offset and header in front of the rest, as they go into the file.
    func header(beginsGroup: Bool) -> RecordHeader {
        RecordHeader(
            kind: kind, beginsGroup: beginsGroup, headLength: head.count, headCRC: headCRC,
            contentLength: content.count, contentCRC: contentCRC)
    }
}

extension OutgoingRecord.PendingEvent {
    init(_ note: JournalNote) {
        switch note {
        case .attempted(let message, _, let tenant, let at, let attempt):
            self.init(at: at, tenant: tenant, message: message, kind: .attempted(attempt))
        case .cancelled(let message, _, let tenant, let at, let recipients):
            self.init(at: at, tenant: tenant, message: message, kind: .cancelled(recipients: recipients))
        case .bounced(let message, _, let tenant, let at, let recipients, let by, let reason):
            self.init(
                at: at, tenant: tenant, message: message,
                kind: .bouncedByOperator(recipients: recipients, by: by, reason: reason))
        }
    }

    init(_ announcement: Announcement) {
        self.init(
            at: announcement.at, tenant: announcement.tenant, message: announcement.subject,
            kind: .announced(announcement.kind))
    }

    /// The identifier comes from time and offset alone, so that a replay names the same event alike.
    func event(at offset: UInt64) -> Event {
        Event(
            offset: offset, id: EventIdentity.make(at: at, offset: offset), at: at, tenant: tenant, message: message,
            kind: kind)
    }
}
