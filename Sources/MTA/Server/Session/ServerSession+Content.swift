import Glibc
import Mail

/// DATA, BDAT and the end of the data.
extension ServerSession {
    mutating func startData(into out: inout Bytes) -> SessionAction {
        switch state {
        case .fresh: return reply(.helloFirst, into: &out)
        case .ready: return reply(.mailFirst, into: &out)
        case .sender: return reply(.noRecipients, into: &out)
        // RFC 3030 §2
        case .betweenChunks: return reply(.dataAfterBDAT, into: &out)
        case .recipients: break
        case .checkingSender, .checkingRecipient, .data, .chunk, .storing, .sasl, .authenticating, .handshaking,
            .closed:
            preconditionFailure("DATA in \(state)")
        }
        makeCollector(.dotStuffed, expected: transaction.mail?.size ?? 0)
        enter(.data)
        return reply(.startData, into: &out)
    }

    /// A piece of what follows 354. Returns how much of it was content.
    mutating func data(_ piece: Span<UInt8>) -> (consumed: Int, action: SessionAction) {
        let (consumed, isEnd) = collect(piece)
        guard isEnd else { return (consumed, .proceed) }
        enter(.storing)
        return (consumed, .store)
    }

    // MARK: - BDAT (RFC 3030)

    mutating func startChunk(_ header: ChunkHeader, into out: inout Bytes) -> SessionAction {
        // Far above the limit it is not worth the wire to eat it.
        guard header.size / 8 <= options.limits.messageSize else { return end(.tooLarge, into: &out) }
        let refusal = chunkRefusal(header)
        if refusal == nil, transaction.collector == nil {
            makeCollector(.chunked, expected: max(header.size, transaction.mail?.size ?? 0))
        }
        change {
            $0.chunks += 1
            $0.chunk = ChunkProgress(remaining: header.size, isLast: header.isLast, refusal: refusal)
        }
        enter(.chunk)
        return header.size == 0 ? chunkEnded(into: &out) : .proceed
    }

    private func chunkRefusal(_ header: ChunkHeader) -> CannedReply? {
        switch state {
        case .fresh: return .helloFirst
        case .ready: return .bdatFirst
        case .sender: return .noRecipients
        case .recipients, .betweenChunks:
            if transaction.chunks >= options.limits.chunks { return .tooManyChunks }
            let soFar = transaction.collector?.count ?? 0
            return soFar + header.size > options.limits.messageSize ? .tooLarge : nil
        case .checkingSender, .checkingRecipient, .data, .chunk, .storing, .sasl, .authenticating, .handshaking,
            .closed:
            preconditionFailure("BDAT in \(state)")
        }
    }

    /// A piece of the chunk under way. Returns how much of it belonged to the chunk.
    mutating func chunk(_ piece: Span<UInt8>, into out: inout Bytes) -> (consumed: Int, action: SessionAction) {
        let length = min(piece.count, transaction.chunk.remaining)
        if transaction.chunk.refusal == nil { _ = collect(piece.extracting(0..<length)) }
        change { $0.chunk.remaining -= length }
        return (length, transaction.chunk.remaining == 0 ? chunkEnded(into: &out) : .proceed)
    }

    private mutating func chunkEnded(into out: inout Bytes) -> SessionAction {
        let isLast = transaction.chunk.isLast
        let refusal =
            transaction.chunk.refusal
            ?? change { transaction in
                if isLast { transaction.collector?.finishChunks() }
                return transaction.collector?.fault?.reply
            }
        if let refusal {
            // Chunks that are still to come find no transaction and are refused and eaten one by one.
            resetTransaction()
            enter(helo.isEmpty ? .fresh : .ready)
            return reply(refusal, into: &out)
        }
        if isLast {
            enter(.storing)
            return .store
        }
        enter(.betweenChunks)
        return reply(.ok, into: &out)
    }

    // MARK: - The end of the data

    /// The message, or what is wrong with it. The transaction is over with this call; the session stays in `storing`
    /// until `stored` says what became of it.
    mutating func takeMessage() -> Result<ReceivedMessage, DataFault> {
        precondition(state == .storing, "no message in \(state)")
        var done = Transaction()
        change { swap(&$0, &done) }
        resetTransaction()
        guard let mail = done.mail, var collector = done.collector else { preconditionFailure("storing nothing") }
        if let fault = collector.fault { return .failure(fault) }
        let content = collector.takeContent()
        let envelope = Envelope(
            sender: mail.sender, recipients: done.recipients, is8Bit: mail.is8Bit || Self.has8BitBytes(content),
            needsSMTPUTF8: mail.needsSMTPUTF8, returnOption: mail.returnOption, envelopeID: mail.envelopeID)
        return .success(ReceivedMessage(envelope: envelope, content: content))
    }

    mutating func stored(_ result: StoreResult, into out: inout Bytes) -> SessionAction {
        resetTransaction()
        enter(.ready)
        switch result {
        case .accepted(let id):
            noteSuccess()
            out.append("250 2.0.0 Ok: queued as " as StaticString)
            out.append(utf8: id.description)
            out.append("\r\n" as StaticString)
            return .proceed
        case .refused(let refusal):
            switch refusal {
            case .storageUnavailable: return reply(.storageUnavailable, into: &out)
            case .diskLow: return reply(.diskLow, into: &out)
            case .overloaded: return reply(.overloaded, into: &out)
            case .shuttingDown: return end(.shuttingDown, into: &out)
            case .tooLarge: return reply(.tooLarge, into: &out)
            case .mailLoop: return reply(.mailLoop, into: &out)
            }
        case .rejected(let rejection):
            rejection.write(into: &out)
            return count(isError: true, into: &out)
        case .faulty(let fault):
            return reply(fault.reply, into: &out)
        }
    }

    // MARK: -

    private mutating func makeCollector(_ framing: DataCollector.Framing, expected: Int) {
        let collector = DataCollector(
            framing: framing, limit: options.limits.messageSize, expected: expected,
            strayLineEnds: options.strayLineEnds)
        change { $0.collector = collector }
    }

    private mutating func collect(_ piece: Span<UInt8>) -> (consumed: Int, isEnd: Bool) {
        change { transaction in
            guard let result = transaction.collector?.collect(piece) else { preconditionFailure("no collector") }
            return result
        }
    }

    /// Eight bytes at a time.
    private static func has8BitBytes(_ content: [UInt8]) -> Bool {
        unsafe content.withUnsafeBytes { bytes in
            var bits: UInt64 = 0
            var index = 0
            while index + 8 <= bytes.count {
                unsafe bits |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < bytes.count {
                unsafe bits |= UInt64(bytes[index])
                index += 1
            }
            return bits & 0x8080_8080_8080_8080 != 0
        }
    }
}
