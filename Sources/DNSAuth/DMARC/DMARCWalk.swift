package import Mail

/// The result of one DNS Tree Walk (RFC 9989 §4.10): the records on the way from a name to the root.
package struct DMARCWalk: Hashable, Sendable {
    package struct Found: Hashable, Sendable {
        package var domain: Domain
        package var record: DMARCRecord

        package init(domain: Domain, record: DMARCRecord) {
            self.domain = domain
            self.record = record
        }
    }

    package let start: Domain
    /// Longest name first. A `psd=y` or `psd=n` is the last one.
    package let found: [Found]

    package init(start: Domain, found: [Found]) {
        self.start = start
        self.found = found
    }

    /// The names to ask about, in order; never more than eight.
    package static func targets(from start: Domain) -> [Domain] {
        let count = start.labels.count
        guard count > 0 else { return [] }
        // RFC 9989 §4.10 step 4: from eight labels or more the walk goes on at seven, otherwise at one less.
        let next = count >= 8 ? 7 : count - 1
        return [start] + stride(from: next, to: 0, by: -1).map { start.lastLabels($0) }
    }

    /// RFC 9989 §4.10.2: from the longest name to the shortest.
    package var organizationalDomain: Domain {
        for entry in found {
            if entry.record.publicSuffix == .no { return entry.domain }
            if entry.record.publicSuffix == .yes, entry.domain != start {
                return start.lastLabels(entry.domain.labels.count + 1)
            }
        }
        // Rule 3: the record at the name with the fewest labels; without any record, where the walk began.
        return found.last?.domain ?? start
    }

    /// The record for mail whose author is at `start`: its own, that of its organizational domain, or that of the
    /// registry above (RFC 9989 §4.10.1).
    package var policyRecord: Found? {
        let organization = organizationalDomain
        return found.first { $0.domain == start } ?? found.first { $0.domain == organization }
            ?? found.first { $0.record.publicSuffix == .yes }
    }
}
