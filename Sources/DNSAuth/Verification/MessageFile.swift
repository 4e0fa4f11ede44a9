package import Mail

/// A message as it lies in a file, read for verification.
package struct MessageFile: Sendable {
    /// What makes a file no message.
    package enum Failure: Error, Hashable, Sendable {
        case empty
        case noHeader
    }

    package let content: Content
    /// What had to be assumed.
    package let notes: [String]

    /// Mail has CRLF; a file of this machine usually has LF, and a mailbox a line `From ` in front. Throws when it has
    /// not one header field.
    package init(_ bytes: [UInt8]) throws(Failure) {
        guard !bytes.isEmpty else { throw .empty }
        var notes: [String] = []
        var message = bytes
        if message.starts(with: Array("From ".utf8)), let end = message.firstIndex(of: .lineFeed) {
            message.removeSubrange(...end)
            notes.append("the first line is a mailbox's and was left out")
        }
        let repaired = Self.withCRLF(message)
        if repaired.count != message.count {
            notes.append("line ends are bare LF and were read as CRLF; signatures may have been made otherwise")
        }
        guard !HeaderSection(scanning: repaired.span).fields.isEmpty else { throw .noHeader }
        content = Content(original: repaired)
        self.notes = notes
    }

    private static func withCRLF(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 40)
        var previous: UInt8 = 0
        for byte in bytes {
            if byte == .lineFeed, previous != .carriageReturn { out.append(.carriageReturn) }
            out.append(byte)
            previous = byte
        }
        return out
    }
}
