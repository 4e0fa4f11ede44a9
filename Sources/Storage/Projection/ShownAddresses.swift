import Mail

/// The addresses a message is shown with: those of its header, not of its envelope, which may have a return path of its
/// own and the recipients of Bcc.
enum ShownAddresses {
    /// The bare address of From; of the envelope where the header has none.
    static func sender(of facts: QueuedMessage) -> String {
        let header = facts.headerFrom
        if let sender = facts.envelope.sender?.description, header.isEmpty || header == sender { return sender }
        if let open = header.utf8.lastIndex(of: UInt8(ascii: "<")),
            let close = header.utf8[open...].firstIndex(of: UInt8(ascii: ">"))
        {
            return String(header[header.utf8.index(after: open)..<close])
        }
        return header.utf8.contains(UInt8(ascii: "@")) ? header : facts.envelope.sender?.description ?? ""
    }

    /// The recipients of the envelope that To names; all of them where it names none, or too many to look for.
    static func recipients(of facts: QueuedMessage) -> [String] {
        let all = facts.envelope.recipients.map(\.mailbox.description)
        guard all.count > 1, all.count <= 20, !facts.headerTo.isEmpty else {
            return Array(all.prefix(100))
        }
        let header = Array(facts.headerTo.lowercased().utf8)
        let named = all.filter { occurs(Array($0.lowercased().utf8), in: header) }
        return named.isEmpty ? all : named
    }

    /// As a whole address, not as the end of a longer one.
    private static func occurs(_ address: [UInt8], in header: [UInt8]) -> Bool {
        guard address.count <= header.count else { return false }
        for start in 0...(header.count - address.count) where header[start] == address[0] {
            guard header[start..<start + address.count].elementsEqual(address) else { continue }
            let before = start == 0 ? UInt8(ascii: " ") : header[start - 1]
            let end = start + address.count
            let after = end == header.count ? UInt8(ascii: " ") : header[end]
            if isDelimiter(before), isDelimiter(after) { return true }
        }
        return false
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ";"),
            UInt8(ascii: ":"), UInt8(ascii: "\t"):
            true
        default: false
        }
    }
}
