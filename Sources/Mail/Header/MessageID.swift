/// Message identifiers (RFC 5322 §3.6.4).
public enum MessageID {
    /// `<id@domain>`: unique because the identifier is.
    public static func make(_ id: UUIDv7, domain: Domain) -> String {
        // An address literal is no id-right that every reader takes.
        domain.isAddressLiteral ? "<\(id)@localhost>" : "<\(id)@\(domain.text)>"
    }

    /// Whether a text is one identifier in angle brackets that may go into a field: `<left@right>` of printable
    /// characters without blanks, short enough for a line.
    public static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (5...900).contains(bytes.count), bytes.first == UInt8(ascii: "<"), bytes.last == UInt8(ascii: ">") else {
            return false
        }
        let inner = bytes[1..<bytes.count - 1]
        guard let at = inner.firstIndex(of: UInt8(ascii: "@")), at > inner.startIndex, at < inner.endIndex - 1 else {
            return false
        }
        return inner.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }

    /// Whether a text may stand in the brackets of Content-ID (RFC 2045 §7). The `@` is not asked for: few senders have one.
    static func isValidContentID(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 200
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }

    /// The identifiers of a Message-ID, In-Reply-To or References field, without their brackets. Words without brackets
    /// count where there are no others, as old mail has them.
    public static func list(parsing bytes: Span<UInt8>, limit: Int = 1000) -> [String] {
        var found: [String] = []
        var index = 0
        while index < bytes.count, found.count < limit {
            guard bytes[index] == UInt8(ascii: "<") else {
                index += 1
                continue
            }
            var end = index + 1
            while end < bytes.count, bytes[end] != UInt8(ascii: ">"), bytes[end] != UInt8(ascii: "<") { end += 1 }
            if end < bytes.count, bytes[end] == UInt8(ascii: ">"), end > index + 1 {
                let text = HeaderText.unfolded(bytes, index + 1..<end)
                if !text.isEmpty { found.append(Reply.clean(text.span)) }
            }
            index = max(end, index + 1)
        }
        if found.isEmpty {
            let words = HeaderText.unfolded(bytes, 0..<bytes.count).split(whereSeparator: \.isBlank)
            for word in words.prefix(limit) where !word.contains(UInt8(ascii: "<")) {
                found.append(Reply.clean(Array(word).span))
            }
        }
        return found
    }
}
