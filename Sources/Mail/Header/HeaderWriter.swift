/// Writes header fields: checked, encoded (RFC 2047) and folded (RFC 5322 §2.2.3). No value can add a field of its own.
public struct HeaderWriter: Sendable {
    /// The fields so far, each ended by CRLF.
    public private(set) var bytes: [UInt8] = []

    public init() { bytes.reserveCapacity(512) }

    /// A field of free text, such as Subject or Comments. Blanks at both ends are dropped.
    public mutating func append(_ name: String, text: String) throws(HeaderFailure) {
        try Self.check(name, text)
        if appendPlain(name, text) { return }
        var folder = LineFolder(name: name)
        UnstructuredText(text).write(to: &folder)
        bytes.append(contentsOf: folder.finished())
    }

    /// A field whose value has a grammar, such as Message-ID or List-Unsubscribe: folded at blanks, never encoded.
    /// UTF-8 stands as it is (RFC 6532).
    public mutating func append(_ name: String, structured value: String) throws(HeaderFailure) {
        try Self.check(name, value)
        if appendPlain(name, value) { return }
        var folder = LineFolder(name: name)
        for word in value.utf8.split(whereSeparator: \.isBlank) {
            guard word.count < LineFolder.hard else { throw .tooLong(field: name) }
            folder.add(Array(word))
        }
        bytes.append(contentsOf: folder.finished())
    }

    /// A field of addresses, such as From or To; an empty list writes nothing.
    public mutating func append(_ name: String, mailboxes: [NamedMailbox]) throws(HeaderFailure) {
        guard !mailboxes.isEmpty else { return }
        try Self.check(name, "")
        if appendPlain(name, mailboxes) { return }
        var folder = LineFolder(name: name)
        for (index, entry) in mailboxes.enumerated() {
            try Self.check(name, entry.name ?? "")
            let comma = index + 1 < mailboxes.count ? "," : ""
            if let display = entry.name, !display.isEmpty {
                Phrase(display).write(to: &folder)
                folder.add(Array("<\(entry.mailbox)>\(comma)".utf8))
            } else {
                folder.add(Array("\(entry.mailbox)\(comma)".utf8))
            }
        }
        bytes.append(contentsOf: folder.finished())
    }

    /// A field with parameters, such as Content-Type or Content-Disposition (RFC 2045 §5.1, RFC 2231).
    public mutating func append(
        _ name: String, _ value: String, parameters: [MIMEParameter]
    ) throws(HeaderFailure) {
        try Self.check(name, value)
        if appendPlain(name, value, parameters) { return }
        var folder = LineFolder(name: name)
        var pieces: [[UInt8]] = [Array(value.utf8)]
        for parameter in parameters {
            try Self.check(name, parameter.value)
            try Self.check(parameter.name, "")
            pieces.append(contentsOf: parameter.encoded())
        }
        for (index, piece) in pieces.enumerated() {
            guard piece.count < LineFolder.hard else { throw .tooLong(field: name) }
            folder.add(index + 1 < pieces.count ? piece + [UInt8(ascii: ";")] : piece)
        }
        bytes.append(contentsOf: folder.finished())
    }

    /// A text that fits one line as it stands, as most do. `false`: nothing was written.
    private mutating func appendPlain(_ name: String, _ text: String) -> Bool {
        let value = text.utf8
        guard name.utf8.count + 2 + value.count <= LineFolder.preferred, let first = value.first, first > 0x20 else {
            return false
        }
        var previous: UInt8 = 0
        for byte in value {
            guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "?") || previous != UInt8(ascii: "=") else {
                return false
            }
            previous = byte
        }
        guard previous != 0x20 else { return false }
        put(name)
        bytes.append(0x20)
        bytes.append(contentsOf: value)
        bytes.append(0x0D)
        bytes.append(0x0A)
        return true
    }

    /// Addresses that fit one line as they stand. `false`: nothing was written.
    private mutating func appendPlain(_ name: String, _ mailboxes: [NamedMailbox]) -> Bool {
        let start = bytes.count
        put(name)
        for (index, entry) in mailboxes.enumerated() {
            guard entry.isPlain, bytes.count - start <= LineFolder.preferred else {
                bytes.removeSubrange(start...)
                return false
            }
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(0x20)
            let hasName = entry.name?.isEmpty == false
            if hasName, let name = entry.name {
                bytes.append(contentsOf: name.utf8)
                bytes.append(0x20)
                bytes.append(UInt8(ascii: "<"))
            }
            bytes.append(contentsOf: entry.mailbox.description.utf8)
            if hasName { bytes.append(UInt8(ascii: ">")) }
        }
        return endLine(from: start)
    }

    /// A value and parameters that are tokens and fit one line. `false`: nothing was written.
    private mutating func appendPlain(_ name: String, _ value: String, _ parameters: [MIMEParameter]) -> Bool {
        let start = bytes.count
        put(name)
        bytes.append(0x20)
        bytes.append(contentsOf: value.utf8)
        for parameter in parameters {
            guard !parameter.value.isEmpty, parameter.value.utf8.allSatisfy(\.isTokenCharacter),
                parameter.name.utf8.allSatisfy(\.isTokenCharacter)
            else {
                bytes.removeSubrange(start...)
                return false
            }
            bytes.append(UInt8(ascii: ";"))
            bytes.append(0x20)
            bytes.append(contentsOf: parameter.name.utf8)
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: parameter.value.utf8)
        }
        return endLine(from: start)
    }

    private mutating func put(_ name: String) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: ":"))
    }

    /// `false`: the line is too long, and gone.
    private mutating func endLine(from start: Int) -> Bool {
        guard bytes.count - start <= LineFolder.preferred else {
            bytes.removeSubrange(start...)
            return false
        }
        bytes.append(0x0D)
        bytes.append(0x0A)
        return true
    }

    /// RFC 5322 §3.6.8 for the name; no controls but the tab in the value.
    static func check(_ name: String, _ value: String) throws(HeaderFailure) {
        guard !name.isEmpty, name.utf8.count <= 76, name.utf8.allSatisfy(\.isFieldNameCharacter) else {
            throw .badName(name)
        }
        for byte in value.utf8 where byte.isControl && byte != 0x09 { throw .badValue(field: name) }
    }
}
