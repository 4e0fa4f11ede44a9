import Mail

/// The heads of `attempted`, `cancelled` and `bounced` records.
enum NoteCodec {
    static let version: UInt8 = 1
    /// Bytes of an operator's name and words. A million deliveries may be given up with the same ones.
    static let nameLimit = 256
    static let wordsLimit = 1_024

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
            put(recipients, into: &out)
        case .bounced(let message, let number, let tenant, let at, let recipients, let by, let reason):
            putCommon(message, number, tenant, at, into: &out)
            put(recipients, into: &out)
            out.put(by.clipped(toBytes: nameLimit))
            out.put(reason.clipped(toBytes: wordsLimit))
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
            note = .cancelled(
                message: message, number: number, tenant: tenant, at: at, recipients: try recipients(&decoder))
        case .bounced:
            let recipients = try recipients(&decoder)
            let by = try decoder.text()
            let reason = try decoder.text()
            guard by.utf8.count <= nameLimit, reason.utf8.count <= wordsLimit else { throw .badValue }
            note = .bounced(
                message: message, number: number, tenant: tenant, at: at, recipients: recipients, by: by,
                reason: reason)
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

    private static func put(_ recipients: [UInt32], into out: inout RecordEncoder) {
        out.put(count: recipients.count)
        for recipient in recipients { out.put(varint: UInt64(recipient)) }
    }

    private static func recipients(_ decoder: inout RecordDecoder) throws(CodecFailure) -> [UInt32] {
        let count = try decoder.count()
        var recipients: [UInt32] = []
        recipients.reserveCapacity(count)
        for _ in 0..<count { recipients.append(try recipientIndex(&decoder)) }
        return recipients
    }

    static func recipientIndex(_ decoder: inout RecordDecoder) throws(CodecFailure) -> UInt32 {
        guard let index = UInt32(exactly: try decoder.varint()) else { throw .badValue }
        return index
    }
}

extension String {
    /// Its beginning, cut between characters of Unicode so that it stays valid UTF-8.
    func clipped(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        // The bytes that go on with a character begin with the bits 10.
        while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
