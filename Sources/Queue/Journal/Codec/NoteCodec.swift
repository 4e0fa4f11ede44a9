import Mail

/// The heads of `attempted` and `cancelled` records.
enum NoteCodec {
    static let version: UInt8 = 1

    static func encode(_ note: JournalNote, into out: inout RecordEncoder) {
        out.put(version)
        switch note {
        case .attempted(let message, let number, let tenant, let at, let attempt):
            putCommon(message, number, tenant, at, into: &out)
            out.put(varint: UInt64(attempt.recipient))
            out.put(count: max(0, attempt.number))
            out.put(attempt.nextAttempt == nil ? 0 : 1)
            if let next = attempt.nextAttempt { out.put(next) }
            AcceptedCodec.put(attempt.mailbox, into: &out)
            OutcomeCodec.encode(attempt.outcome, into: &out)
        case .cancelled(let message, let number, let tenant, let at, let recipients):
            putCommon(message, number, tenant, at, into: &out)
            out.put(count: recipients.count)
            for recipient in recipients { out.put(varint: UInt64(recipient)) }
        }
    }

    static func decode(_ kind: RecordKind, _ head: [UInt8]) throws(CodecFailure) -> JournalNote {
        var decoder = RecordDecoder(head)
        let version = try decoder.byte()
        guard version == Self.version else { throw .version(version) }
        let message = try decoder.identifier()
        let number: UInt64 = try decoder.fixed()
        let tenant = try decoder.identifier()
        let at = try decoder.time()
        let note: JournalNote
        switch kind {
        case .attempted:
            let recipient = try recipientIndex(&decoder)
            let attempt = try decoder.number()
            let next = try decoder.flag() ? try decoder.time() : nil
            let mailbox = try AcceptedCodec.mailbox(&decoder)
            let outcome = try OutcomeCodec.decode(&decoder)
            note = .attempted(
                message: message, number: number, tenant: tenant, at: at,
                Attempt(
                    recipient: recipient, mailbox: mailbox, number: attempt, outcome: outcome, nextAttempt: next))
        case .cancelled:
            let count = try decoder.count()
            var recipients: [UInt32] = []
            recipients.reserveCapacity(count)
            for _ in 0..<count { recipients.append(try recipientIndex(&decoder)) }
            note = .cancelled(message: message, number: number, tenant: tenant, at: at, recipients: recipients)
        case .accepted, .restated, .settled, .index, .announced:
            throw .badValue
        }
        try decoder.finish()
        return note
    }

    private static func putCommon(
        _ message: UUIDv7, _ number: UInt64, _ tenant: UUIDv7, _ at: WallTime, into out: inout RecordEncoder
    ) {
        out.put(message)
        out.put(fixed: number)
        out.put(tenant)
        out.put(at)
    }

    static func recipientIndex(_ decoder: inout RecordDecoder) throws(CodecFailure) -> UInt32 {
        guard let index = UInt32(exactly: try decoder.varint()) else { throw .badValue }
        return index
    }
}
