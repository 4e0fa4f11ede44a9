/// A domain's policy with everything it includes, as `martlet dns` shows it.
package struct SPFTree: Hashable, Sendable {
    package var root: SPFNode
    /// Look-ups of an evaluation in which nothing matches: the worst case, which is what a stranger's message costs.
    package var lookups: Int
    package var voidLookups: Int

    /// What stands in all records, errors first, in the order of the terms.
    package var findings: [SPFFinding] {
        var all: [SPFFinding] = []
        var open = [root]
        while let node = open.popLast() {
            all += node.findings
            open += node.children.reversed()
        }
        return all.filter { $0.severity == .error } + all.filter { $0.severity == .warning }
    }

    /// Whether a receiver gets further than `permerror`, `temperror` or `none`.
    package var isUsable: Bool { !findings.contains { $0.severity == .error } }
}

/// One record in the tree.
package struct SPFNode: Hashable, Sendable {
    /// Canonical; with its macros, when they depend on the message.
    package var domain: String
    /// The `include:` or `redirect=` that leads here; `nil` at the root.
    package var term: String?
    /// As published, with `?` for what cannot be printed; `nil` when there is none.
    package var record: String?
    /// Of this record and all below it, without the term that leads here.
    package var lookups = 0
    package var voidLookups = 0
    package var children: [SPFNode] = []
    package var findings: [SPFFinding] = []

    package init(domain: String, term: String? = nil) {
        self.domain = domain
        self.term = term
    }
}

/// Something to know about a record.
package struct SPFFinding: Hashable, Sendable {
    package enum Severity: Hashable, Sendable {
        /// Receivers do not get a result, or not all of them.
        case error
        case warning
    }

    package enum Kind: Hashable, Sendable {
        case noRecord
        case severalRecords
        case syntax
        case noAnswer
        case tooManyLookups
        case tooManyVoidLookups
        case tooManyMX
        /// An include or redirect leads back to a record it came from.
        case loop
        /// More records than are looked at here.
        case tooLarge

        /// `+all`, or an address range that is half the Internet.
        case passesEveryone
        /// RFC 7208 §5.5: do not use.
        case usesPTR
        /// Neither `all` nor `redirect`, so the result is neutral where nothing matches.
        case endsOpen
        /// Terms behind `all`, or a redirect beside it.
        case unreachable
        /// A name with macros about the message: nobody can say beforehand what stands there.
        case dependsOnMessage
        case findsNothing
        /// RFC 7208 §3.4: above 450 bytes it may not fit a UDP answer.
        case longRecord
        /// `spf2.0` of RFC 4406, which nobody evaluates any more.
        case senderID
    }

    package var severity: Severity
    package var kind: Kind
    /// Whose record it is about.
    package var domain: String
    /// One line for people.
    package var message: String
    /// Bytes from the beginning of the record, for a syntax error.
    package var offset: Int?
}
