import Mail

/// One record of the log, for people and their tools: what is known without the content. No password is in it, for
/// none is in the journal.
package struct DumpedRecord: Encodable, Sendable {
    /// In the log as a whole.
    package var offset: UInt64
    package var file: String
    /// In the file.
    package var position: UInt64
    /// Bytes with its header.
    package var length: Int
    package var kind: String
    /// RFC 3339.
    package var at: String?
    package var message: String?
    /// The offset of the message's first record, by which all others know it.
    package var number: UInt64?
    package var tenant: String?
    package var campaign: String?
    package var stream: String?
    package var sender: String?
    /// Addresses, or where only their place in the envelope is known, that place from 0.
    package var recipients: [String]?
    package var subject: String?
    /// Bytes of the content.
    package var size: Int?
    /// Of one attempt: `delivered`, `deferred` or `bounced`.
    package var outcome: String?
    package var reason: String?
    package var reply: String?
    package var host: String?
    /// Who gave the recipients up.
    package var by: String?
    package var attempt: Int?
    package var next: String?
    /// Of a record that carries states over: how many recipients it speaks of.
    package var states: Int?
    /// Why it cannot be shown, where it cannot.
    package var damage: String?

    init(_ segment: JournalFolder.Member, at place: UInt64, length: Int, kind: String) {
        offset = segment.header.first + place
        file = segment.file.name
        position = place
        self.length = length
        self.kind = kind
    }
}

extension DumpedRecord {
    /// - Throws: the head makes no sense to this program.
    mutating func describe(_ kind: RecordKind, _ head: [UInt8]) throws(CodecFailure) {
        var decoder = RecordDecoder(head)
        switch kind {
        case .accepted:
            number = offset
            describe(try AcceptedCodec.decode(&decoder).message)
        case .restated:
            let (number, places) = try RestatedCodec.decode(&decoder)
            self.number = number
            states = places.count
            describe(try AcceptedCodec.decode(&decoder).message)
        case .attempted, .cancelled, .bounced: describe(try NoteCodec.decode(kind, head))
        case .settled: states = try SettledCodec.decode(head).count
        case .announced:
            let announcement = try AnnouncementCodec.decode(head)
            at = announcement.at.rfc3339
            tenant = "\(announcement.tenant)"
            switch announcement.kind {
            case .domainDNSChanged(let change): subject = "domain \(change.name.text): DNS changed"
            }
        case .index: states = nil
        }
    }

    private mutating func describe(_ message: AcceptedMessage) {
        let facts = message.facts
        self.message = "\(message.id)"
        at = message.at.rfc3339
        tenant = "\(message.tenant)"
        campaign = facts.campaign.map { "\($0)" }
        stream = "\(facts.stream)"
        sender = facts.envelope.sender.map { "\($0)" } ?? ""
        recipients = facts.envelope.recipients.map { "\($0.mailbox)" }
        subject = facts.subject
        size = facts.size
    }

    private mutating func describe(_ note: JournalNote) {
        at = note.at.rfc3339
        number = note.number
        switch note {
        case .attempted(let message, _, let tenant, _, let attempt):
            name(message, tenant)
            recipients = ["\(attempt.mailbox)"]
            switch attempt.outcome.verdict {
            case .delivered: outcome = "delivered"
            case .deferred(let why): (outcome, reason) = ("deferred", "\(why)")
            case .bounced(let why): (outcome, reason) = ("bounced", "\(why)")
            }
            reply = attempt.outcome.reply.map { "\($0)" }
            host = attempt.outcome.host.map { $0.name.isEmpty ? $0.address : "\($0.name) [\($0.address)]" }
            self.attempt = attempt.number
            next = attempt.nextAttempt?.rfc3339
        case .cancelled(let message, _, let tenant, _, let places):
            name(message, tenant)
            recipients = places.map { "\($0)" }
        case .bounced(let message, _, let tenant, _, let places, let by, let words):
            name(message, tenant)
            recipients = places.map { "\($0)" }
            reason = words
            self.by = by
        }
    }

    private mutating func name(_ message: UUIDv7, _ tenant: UUIDv7) {
        self.message = "\(message)"
        self.tenant = "\(tenant)"
    }
}
