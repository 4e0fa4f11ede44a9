import Logging
import Mail
import Synchronization

/// Reads events from the segments, heads only: however large a message, its content is passed over.
struct EventReader {
    private let core: JournalCore

    init(_ core: JournalCore) { self.core = core }

    private struct Stretch {
        var file: SegmentFile
        var first: UInt64
        var eventsBefore: UInt64
        /// Behind its last durable event.
        var eventsEnd: UInt64
    }

    mutating func read(from start: UInt64, limit: Int) throws(EventLogFailure) -> (events: [Event], next: UInt64) {
        // What is published is durable; the ledger may be a moment ahead.
        let durable = core.feed.end
        let stretches = core.ledger.withLock { ledger in
            ledger.segments.drop { $0.end <= start }.map {
                Stretch(file: $0.file, first: $0.first, eventsBefore: $0.eventsBefore, eventsEnd: $0.eventsEnd)
            }
        }
        var events: [Event] = []
        var next = start
        for stretch in stretches {
            if next < stretch.first {
                // Nothing but removed segments with events that this reader has not seen lies in between.
                if next < stretch.eventsBefore {
                    if events.isEmpty { throw .removed(oldest: stretch.first) }
                    return (events, next)
                }
                next = stretch.first
            }
            try read(stretch, upTo: min(stretch.eventsEnd, durable), from: &next, into: &events, limit: limit)
            if events.count >= limit { break }
        }
        return (events, next)
    }

    private func read(
        _ stretch: Stretch, upTo end: UInt64, from next: inout UInt64, into events: inout [Event], limit: Int
    ) throws(EventLogFailure) {
        guard next < end else { return }
        var cursor = SegmentCursor(
            stretch.file, first: stretch.first, seed: core.seed, limit: end - stretch.first, window: 64 << 10)
        var position = max(next - stretch.first, UInt64(SegmentHeader.size))
        // "After the last one I saw" is seldom where a record begins.
        var isAligned = false
        do throws(FileFailure) {
            while position < end - stretch.first, events.count < limit {
                guard let header = try cursor.header(at: position) else {
                    let found = try cursor.nextHeader(from: position + 1) ?? end - stretch.first
                    if isAligned { complain(stretch, position, found - position) }
                    position = found
                    isAligned = true
                    continue
                }
                isAligned = true
                if header.kind.isEvent {
                    if let event = try event(header, at: position, stretch, &cursor) {
                        events.append(event)
                    } else {
                        complain(stretch, position, UInt64(header.recordLength))
                    }
                }
                position += UInt64(header.recordLength)
                next = stretch.first + position
            }
            next = max(next, min(stretch.first + position, end))
        } catch {
            throw .unreadable(errno: error.errno)
        }
    }

    /// `nil` when the record is damaged.
    private func event(
        _ header: RecordHeader, at position: UInt64, _ stretch: Stretch, _ cursor: inout SegmentCursor
    ) throws(FileFailure) -> Event? {
        guard let head = try cursor.head(header, at: position) else { return nil }
        do throws(CodecFailure) {
            let pending: OutgoingRecord.PendingEvent
            switch header.kind {
            case .accepted:
                var decoder = RecordDecoder(head)
                let message = try AcceptedCodec.decode(&decoder).message
                pending = .init(
                    at: message.at, tenant: message.tenant, message: message.id, kind: .queued(message.facts))
            case .announced: pending = .init(try AnnouncementCodec.decode(head))
            case .attempted, .cancelled, .bounced, .restated, .settled, .index:
                pending = .init(try NoteCodec.decode(header.kind, head))
            }
            return pending.event(at: stretch.first + position)
        } catch {
            return nil
        }
    }

    /// A consumer cannot repair the log, so it goes on behind the damage; the operator hears of it.
    private func complain(_ stretch: Stretch, _ position: UInt64, _ bytes: UInt64) {
        Logger(label: "martlet.journal").error(
            "damaged record passed over",
            metadata: ["file": "\(stretch.file.name)", "offset": "\(position)", "bytes": "\(bytes)"])
    }
}
