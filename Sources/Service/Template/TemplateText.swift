/// A text whose tags have been found, to be filled as often as there are recipients.
///
/// What is not in the data and has no default becomes empty, as the contract's other engines have it. A `{{` that opens
/// nothing of this grammar (no `}}` on its heels, a block, a helper) stays as it is: the text is the caller's.
struct TemplateText: Sendable {
    private enum Piece {
        case plain(Range<Int>)
        case tag(TemplateTag)
    }

    private let text: String
    private let bytes: [UInt8]
    private let pieces: [Piece]
    /// More tags than are taken; what stands behind the last of those is not filled.
    let hasTooManyTags: Bool

    /// Tags of one text. Each takes some hundred bytes of memory, and can be written in five.
    static let maximumTags = 10_000
    /// What is wrong with a text that has more.
    static let tooManyTags = "A text may have \(maximumTags) tags."

    init(_ text: String) {
        self.text = text
        let bytes = Array(text.utf8)
        var pieces: [Piece] = []
        var plainStart = 0
        var at = 0
        // The first `}}` at or after `at + 2`, found once however many braces open before it.
        var end = 0
        var tags = 0
        while at < bytes.count, tags <= Self.maximumTags {
            guard bytes[at] == Self.open, at + 1 < bytes.count, bytes[at + 1] == Self.open else {
                at += 1
                continue
            }
            if end < at + 2 { end = Self.closing(bytes, from: at + 2) }
            guard end < bytes.count, end - at <= Self.longestTag, Self.mayBeTag(bytes, at + 2..<end),
                let tag = TemplateTag(String(decoding: bytes[(at + 2)..<end], as: UTF8.self))
            else {
                at += 1
                continue
            }
            if at > plainStart { pieces.append(.plain(plainStart..<at)) }
            pieces.append(.tag(tag))
            tags += 1
            at = end + 2
            plainStart = at
        }
        if !pieces.isEmpty, plainStart < bytes.count { pieces.append(.plain(plainStart..<bytes.count)) }
        self.bytes = bytes
        self.pieces = pieces
        hasTooManyTags = tags > Self.maximumTags
    }

    /// Whether data makes a difference.
    var hasTags: Bool { !pieces.isEmpty }

    /// - Parameter limit: it ends with the first piece that makes it longer than so many bytes. Data can be filled in as
    ///   often as there are tags, so nothing else bounds what comes of a small request.
    func filled(
        with data: TemplateLookup, escaping: TemplateFilling.Escaping, limit: Int = .max
    ) -> String {
        if pieces.isEmpty { return text }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 64)
        for piece in pieces {
            if out.count > limit { break }
            switch piece {
            case .plain(let range): out.append(contentsOf: bytes[range])
            case .tag(let tag): escaping.append(Self.value(of: tag, in: data), to: &out)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")
    /// Longer than any tag that means anything; it bounds what is looked at again and again in a text of open braces.
    private static let longestTag = 512

    /// Ends at the first byte that no name has, so that a text of opening braces costs no more than its length.
    private static func mayBeTag(_ bytes: [UInt8], _ inside: Range<Int>) -> Bool {
        for index in inside {
            let byte = bytes[index]
            if byte == UInt8(ascii: "|") { return true }
            guard byte == 0x20 || byte == 0x09 || TemplateTag.isNameByte(byte) else { return false }
        }
        return true
    }

    /// The count where there is none.
    private static func closing(_ bytes: [UInt8], from start: Int) -> Int {
        var at = start
        while at + 1 < bytes.count {
            if bytes[at] == close, bytes[at + 1] == close { return at }
            at += 1
        }
        return bytes.count
    }

    private static func value(of tag: TemplateTag, in data: TemplateLookup) -> String {
        let found = data.value(at: tag.path)?.shown
        // An empty text counts as missing where there is a default: that is what a default is wanted for.
        if let fallback = tag.fallback { return found.flatMap { $0.isEmpty ? nil : $0 } ?? fallback }
        return found ?? ""
    }
}
