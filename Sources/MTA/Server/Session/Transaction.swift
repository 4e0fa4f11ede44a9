import Mail

/// Everything that belongs to one mail transaction. `ServerSession.resetTransaction` replaces it as a whole, so that
/// nothing of one message can ever be found in the next.
struct Transaction {
    var mail: MailCommand?
    var recipients: [Recipient] = []
    /// The one that is before the sink.
    var pending: Recipient?
    /// Content so far; `nil` until DATA or the first BDAT.
    var collector: DataCollector?
    var chunk = ChunkProgress()
    /// BDAT commands so far.
    var chunks = 0

    var isEmpty: Bool {
        mail == nil && recipients.isEmpty && pending == nil && collector == nil && chunks == 0 && chunk.remaining == 0
            && chunk.refusal == nil
    }
}

/// The BDAT under way.
struct ChunkProgress {
    /// Bytes still to come.
    var remaining = 0
    var isLast = false
    /// The bytes are eaten and this is said at their end: their place in the stream must be kept in any case.
    var refusal: CannedReply?
}

/// A message as it came in.
struct ReceivedMessage {
    var envelope: Envelope
    var content: [UInt8]
}
