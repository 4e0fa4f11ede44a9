package import Mail

/// Whose name a message goes by: the domains in its From field (RFC 9989 §5.3.1). U-labels have become A-labels.
package enum DMARCAuthor: Hashable, Sendable {
    /// Exactly one domain, of one mailbox or of several.
    case domain(Domain)
    /// Mailboxes of different domains, in the order of the field.
    case several([Domain])
    case missing
    /// More than one From field (RFC 5322 §3.6).
    case repeated(Int)
    /// The field is not what RFC 5322 §3.6.2 allows.
    case unreadable(reason: String)
    /// An empty group, or only address literals: there is no domain to ask about.
    case noDomain

    /// Bytes of the field, and mailboxes in it, that are read.
    static let fieldLimit = 65_536
    static let mailboxLimit = 200

    package static func read(_ content: Content) -> DMARCAuthor {
        var fields: [[UInt8]] = []
        var count = 0
        collect(content.added.span, &fields, &count)
        collect(content.original.span, &fields, &count)
        guard count <= 1 else { return .repeated(count) }
        guard let field = fields.first else { return .missing }
        return read(field: field.span)
    }

    /// The value of one From field, folded as it came.
    package static func read(field: Span<UInt8>) -> DMARCAuthor {
        guard field.count <= fieldLimit else { return .unreadable(reason: "the field is longer than 64 KiB") }
        let list: MailboxList
        do throws(AddressFailure) {
            list = try MailboxList(
                parsing: field, options: AddressOptions(allowsUTF8: true, localPartLimit: 256), limit: mailboxLimit)
        } catch {
            return .unreadable(reason: "\(error)")
        }
        guard !list.mailboxes.isEmpty else { return list.hasGroup ? .noDomain : .missing }
        var domains: [Domain] = []
        for mailbox in list.mailboxes where !domains.contains(mailbox.mailbox.domain) {
            domains.append(mailbox.mailbox.domain)
        }
        // An author at an address beside one at a domain still counts as one that nobody can vouch for.
        if domains.allSatisfy(\.isAddressLiteral) { return .noDomain }
        return domains.count == 1 ? .domain(domains[0]) : .several(domains)
    }

    /// Only the first field is kept.
    private static func collect(_ bytes: Span<UInt8>, _ fields: inout [[UInt8]], _ count: inout Int) {
        var scanner = HeaderScanner(bytes)
        while let field = scanner.next() {
            guard field.isNamed("from", in: bytes) else { continue }
            count += 1
            guard count == 1 else { continue }
            let end = min(field.valueRange.upperBound, field.valueRange.lowerBound + fieldLimit + 1)
            fields.append((field.valueRange.lowerBound..<end).map { bytes[$0] })
        }
    }
}
