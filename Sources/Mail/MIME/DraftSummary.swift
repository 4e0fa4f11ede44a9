extension MessageDraft {
    /// What a scan of the composed header section would find, told without one: for drafts whose addresses and subject
    /// go into their fields as they stand, which most do. `nil`: scan. `bodyOffset` is not set.
    package var summary: HeaderSummary? {
        guard !to.isEmpty, let shownFrom = Self.shown([from]), let shownTo = Self.shown(to), isSubjectPlain else {
            return nil
        }
        var summary = HeaderSummary()
        summary.messageID = messageID
        summary.hasDate = true
        summary.from = shownFrom
        summary.to = shownTo
        summary.subject = subject
        summary.authorDomain = from.mailbox.domain
        summary.fromCount = 1
        return summary
    }

    /// Longer values are cut by whoever reads them.
    private static let longest = 900

    private static func shown(_ mailboxes: [NamedMailbox]) -> String? {
        var text = ""
        for entry in mailboxes {
            guard entry.isPlain, text.utf8.count < longest else { return nil }
            if !text.isEmpty { text += ", " }
            text += entry.description
        }
        return text.utf8.count <= longest ? text : nil
    }

    private var isSubjectPlain: Bool {
        let text = subject.utf8
        guard text.count <= Self.longest else { return false }
        // At the ends of a value blanks are dropped, and runs of them may be folded.
        var previous: UInt8 = 0x20
        for byte in text {
            guard byte >= 0x20, byte < 0x7F, byte != 0x20 || previous != 0x20,
                byte != UInt8(ascii: "?") || previous != UInt8(ascii: "=")
            else { return false }
            previous = byte
        }
        return previous != 0x20
    }
}

extension NamedMailbox {
    /// Stands in a field as it is shown: a dot-string of ASCII, and a name of atoms with one blank between them.
    var isPlain: Bool {
        guard mailbox.localPart.utf8.allSatisfy({ $0.isAtext || $0 == UInt8(ascii: ".") }) else { return false }
        guard let name, !name.isEmpty else { return true }
        var previous: UInt8 = 0x20
        for byte in name.utf8 {
            guard byte.isAtext || byte == 0x20 && previous != 0x20,
                byte != UInt8(ascii: "?") || previous != UInt8(ascii: "=")
            else { return false }
            previous = byte
        }
        return previous != 0x20
    }
}
