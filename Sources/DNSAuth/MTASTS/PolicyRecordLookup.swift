package import Mail

/// The TXT record of MTA-STS (RFC 8461 §3.1) or of TLS-RPT (RFC 8460 §3): both have one form and one rule for finding
/// it.
package protocol PolicyRecord: Hashable, Sendable {
    /// The whole first field.
    static var version: StaticString { get }

    /// At most 8 KiB.
    init(parsing bytes: Span<UInt8>) throws(PolicyRecordFailure)
}

extension PolicyRecord {
    package init(parsing text: String) throws(PolicyRecordFailure) { try self.init(parsing: Array(text.utf8).span) }
}

/// A field that this version does not know.
package struct PolicyRecordExtension: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What a look-up of the record came to.
package enum PolicyRecordLookup<Record: PolicyRecord>: Hashable, Sendable {
    case found(Record)
    /// No record that begins with the version.
    case absent
    /// RFC 8461 §3.1, RFC 8460 §3: more than one is as good as none.
    case several(Int)
    /// Taken for none as well.
    case invalid(PolicyRecordFailure)
    /// Nothing is known now.
    case failed(ResolverFailure)

    /// Picks the record out of what a name has.
    package init(_ answer: Answer<String>) {
        // RFC 8461 §3.1, RFC 8460 §3: others are discarded, and then there has to be exactly one.
        let candidates = answer.records.filter { PolicyRecordFields.isRecord($0, version: Record.version) }
        guard let only = candidates.first else {
            self = .absent
            return
        }
        guard candidates.count == 1 else {
            self = .several(candidates.count)
            return
        }
        do throws(PolicyRecordFailure) { self = .found(try Record(parsing: only)) } catch { self = .invalid(error) }
    }
}
