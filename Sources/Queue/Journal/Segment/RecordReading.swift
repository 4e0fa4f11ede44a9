import Mail

/// A stored message, read back whole.
struct StoredRecord {
    var kind: RecordKind
    var head: [UInt8]
    /// Added and original content, joined.
    var content: [UInt8]
}

enum RecordReading {
    /// Reads one record and checks the checksums of all that it reads.
    static func stored(
        _ file: SegmentFile, first: UInt64, position: UInt64, length: Int, seed: CRC32C,
        skippingContent: Bool = false
    ) throws(JournalFailure) -> StoredRecord {
        var cursor = SegmentCursor(
            file, first: first, seed: seed, limit: position + UInt64(length),
            window: skippingContent ? 4 << 10 : 64 << 10)
        let record: StoredRecord?
        do throws(FileFailure) {
            record = try read(at: position, &cursor, skippingContent)
        } catch {
            throw .unreadable(errno: error.errno)
        }
        guard let record else { throw .damaged(file: file.name, offset: position) }
        return record
    }

    private static func read(
        at position: UInt64, _ cursor: inout SegmentCursor, _ skippingContent: Bool
    ) throws(FileFailure) -> StoredRecord? {
        guard let header = try cursor.header(at: position), header.kind.hasContent,
            let head = try cursor.head(header, at: position)
        else { return nil }
        if skippingContent { return StoredRecord(kind: header.kind, head: head, content: []) }
        let start = position + UInt64(RecordHeader.size + header.headLength)
        guard let content = try cursor.bytes(at: start, count: header.contentLength),
            CRC32C.of(content) == header.contentCRC
        else { return nil }
        return StoredRecord(kind: header.kind, head: head, content: content)
    }
}

extension StoredRecord {
    /// - Returns: the message without its content, and how many bytes of the content were added at intake.
    func message() throws(CodecFailure) -> (AcceptedMessage, added: Int) {
        var decoder = RecordDecoder(head)
        if kind == .restated { _ = try RestatedCodec.decode(&decoder) }
        let result = try AcceptedCodec.decode(&decoder)
        try decoder.finish()
        return result
    }
}
