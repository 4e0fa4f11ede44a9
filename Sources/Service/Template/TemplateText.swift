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

    init(_ text: String) {
        self.text = text
        let bytes = Array(text.utf8)
        var pieces: [Piece] = []
        var plainStart = 0
        var at = 0
        // The first `}}` at or after `at + 2`, found once however many braces open before it.
        var end = 0
        while at < bytes.count {
            guard bytes[at] == Self.open, at + 1 < bytes.count, bytes[at + 1] == Self.open else {
                at += 1
                continue
            }
            if end < at + 2 { end = Self.closing(bytes, from: at + 2) }
            guard end < bytes.count, end - at <= Self.longestTag,
                let tag = TemplateTag(String(decoding: bytes[(at + 2)..<end], as: UTF8.self))
            else {
                at += 1
                continue
            }
            if at > plainStart { pieces.append(.plain(plainStart..<at)) }
            pieces.append(.tag(tag))
            at = end + 2
            plainStart = at
        }
        if !pieces.isEmpty, plainStart < bytes.count { pieces.append(.plain(plainStart..<bytes.count)) }
        self.bytes = bytes
        self.pieces = pieces
    }

    /// Whether data makes a difference.
    var hasTags: Bool { !pieces.isEmpty }

    func filled(with data: TemplateValue, escaping: TemplateFilling.Escaping) -> String {
        if pieces.isEmpty { return text }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 64)
        for piece in pieces {
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

    /// The count where there is none.
    private static func closing(_ bytes: [UInt8], from start: Int) -> Int {
        var at = start
        while at + 1 < bytes.count {
            if bytes[at] == close, bytes[at + 1] == close { return at }
            at += 1
        }
        return bytes.count
    }

    private static func value(of tag: TemplateTag, in data: TemplateValue) -> String {
        let found = data.value(at: tag.path)?.shown
        // An empty text counts as missing where there is a default: that is what a default is wanted for.
        if let fallback = tag.fallback { return found.flatMap { $0.isEmpty ? nil : $0 } ?? fallback }
        return found ?? ""
    }
}
