/// The domain of the first mailbox in a From field: whose keys sign, and who must be allowed to send.
enum AuthorDomain {
    static func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Domain? {
        if let mailbox = plain(bytes, range) { return mailbox.domain }
        let value = HeaderText.unfolded(bytes, range, limit: 16_384)
        var parser = MailboxListParser(value.span, options: .utf8)
        return try? parser.firstMailbox()?.mailbox.domain
    }

    /// Nearly every From is `words <a@b>` or `a@b` with nothing that needs the full grammar.
    private static func plain(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Mailbox? {
        var open: Int?
        var close: Int?
        var start = range.lowerBound
        var end = range.upperBound
        for index in range {
            switch bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: ";"),
                UInt8(ascii: "\\"), 0x0D, 0x0A:
                return nil
            case UInt8(ascii: "<"):
                guard open == nil else { return nil }
                open = index
            case UInt8(ascii: ">"):
                guard close == nil else { return nil }
                close = index
            default: break
            }
        }
        if let open, let close {
            guard open < close else { return nil }
            start = open + 1
            end = close
        } else {
            while start < end, bytes[start].isBlank { start += 1 }
            while end > start, bytes[end - 1].isBlank { end -= 1 }
        }
        let options = AddressOptions(allowsUTF8: true, localPartLimit: 256)
        return try? Mailbox(parsing: bytes.extracting(start..<end), options: options)
    }
}
