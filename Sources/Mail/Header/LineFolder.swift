/// Lays the words of one field out in lines: 78 characters where blanks allow it, 998 bytes always (RFC 5322 §2.1.1).
struct LineFolder {
    static let preferred = 78
    static let hard = 998

    private(set) var bytes: [UInt8]
    private(set) var column: Int
    /// Nothing but the name has been written.
    private(set) var isAtStart = true

    /// Begins with `Name:`.
    init(name: String) {
        bytes = Array(name.utf8)
        bytes.append(UInt8(ascii: ":"))
        column = bytes.count
    }

    /// Adds blanks and a word; breaks the line before the blanks when the word would pass the preferred length.
    ///
    /// The first word stays beside the name if it can: a first line that holds nothing but the name confuses readers.
    mutating func add(_ word: [UInt8], after blanks: [UInt8] = [0x20], limit: Int = preferred) {
        let end = column + blanks.count + word.count
        if !blanks.isEmpty, end > (isAtStart ? Self.hard : limit) {
            bytes.append(0x0D)
            bytes.append(0x0A)
            column = 0
        }
        bytes.append(contentsOf: blanks)
        bytes.append(contentsOf: word)
        column += blanks.count + word.count
        isAtStart = false
    }

    /// The field with its CRLF.
    consuming func finished() -> [UInt8] {
        bytes.append(0x0D)
        bytes.append(0x0A)
        return bytes
    }
}
