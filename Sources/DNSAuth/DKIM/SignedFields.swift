import Mail

/// Which fields a signature covers, and which of them nobody may add afterwards.
package struct SignedFields: Hashable, Sendable {
    package enum Oversigning: Hashable, Sendable {
        /// Signed as often as it stands there.
        case never
        /// Once more than it stands there, when it stands there at all.
        case whenPresent
        /// Once more than it stands there, even when that is once.
        case always
    }

    package struct Rule: Hashable, Sendable {
        /// Lower-case.
        package var name: String
        package var oversigning: Oversigning

        package init(_ name: String, _ oversigning: Oversigning = .never) {
            self.name = name.lowercased()
            self.oversigning = oversigning
        }
    }

    package var rules: [Rule]

    package init(_ rules: [Rule]) { self.rules = rules }

    /// RFC 6376 §5.4.1, with the MIME fields and those of RFC 8058. From must be signed (§5.4), and a second From,
    /// Subject or recipient must not be slipped in front of what the reader sees (§8.15): those are signed once more
    /// than present.
    package static let recommended = SignedFields([
        Rule("from", .always), Rule("to", .always), Rule("cc", .always), Rule("subject", .always),
        Rule("reply-to", .always), Rule("sender", .whenPresent), Rule("date", .whenPresent),
        Rule("message-id", .whenPresent), Rule("mime-version", .whenPresent), Rule("content-type", .whenPresent),
        Rule("content-transfer-encoding", .whenPresent), Rule("content-id"), Rule("content-description"),
        Rule("in-reply-to"), Rule("references"), Rule("resent-date"), Rule("resent-from"), Rule("resent-to"),
        Rule("resent-cc"), Rule("list-id"), Rule("list-help"), Rule("list-unsubscribe"),
        Rule("list-unsubscribe-post"), Rule("list-subscribe"), Rule("list-post"), Rule("list-owner"),
        Rule("list-archive"), Rule("feedback-id"),
    ])
}

/// What `h=` will say for one message, and the canonical bytes of the fields it names.
struct FieldSelection: Sendable {
    /// Lower-case, in the order of hashing.
    var names: [String] = []
    /// Without the signature field itself.
    var canonical: [UInt8] = []

    /// Throws `.malformedContent` when there is no From (RFC 6376 §5.4: it must be signed).
    init(
        _ wanted: SignedFields, of header: ContentHeader, in content: Content, _ form: Canonicalization
    ) throws(SigningFailure) {
        var hasFrom = false
        canonical.reserveCapacity(1_024)
        for rule in wanted.rules {
            let places = header.places(of: Array(rule.name.utf8), in: content)
            if rule.name == "from" { hasFrom = !places.isEmpty }
            // RFC 6376 §5.4.2: several fields of one name are taken from the bottom up.
            for place in places.reversed() {
                names.append(rule.name)
                header.append(place, of: content, form, to: &canonical)
            }
            switch rule.oversigning {
            case .never: break
            case .whenPresent: if !places.isEmpty { names.append(rule.name) }
            // RFC 6376 §5.4.2: naming a field that is not there hashes nothing, and forbids adding it.
            case .always: names.append(rule.name)
            }
        }
        guard hasFrom else { throw .malformedContent }
    }

    /// The fields that a given `h=` names, for a signature made elsewhere.
    /// - Parameter own: the place of the signature field itself, which is never among them (RFC 6376 §3.5).
    init(
        names: [String], of header: ContentHeader, in content: Content, _ form: Canonicalization,
        except own: Int? = nil
    ) {
        self.names = names.map { $0.lowercased() }
        canonical.reserveCapacity(2_048)
        var left: [String: [Int]] = [:]
        for name in self.names {
            if left[name] == nil {
                left[name] = header.places(of: Array(name.utf8), in: content).filter { $0 != own }
            }
            guard let place = left[name]?.popLast() else { continue }
            header.append(place, of: content, form, to: &canonical)
        }
    }
}
