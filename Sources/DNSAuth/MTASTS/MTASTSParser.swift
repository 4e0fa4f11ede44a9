package import Mail

extension MTASTSRecord {
    static let version: StaticString = "v=STSv1"

    package init(parsing bytes: Span<UInt8>) throws(PolicyRecordFailure) {
        let record = try PolicyRecordFields(bytes, version: Self.version, own: [])
        var id: String?
        var extensions: [Extension] = []
        for field in record.fields {
            let value = String(decoding: field.value, as: UTF8.self)
            guard field.name == "id" else {
                extensions.append(Extension(name: field.name, value: value))
                continue
            }
            // RFC 8461 §3.1: `1*32(ALPHA / DIGIT)`.
            guard field.value.count <= 32, field.value.allSatisfy(PolicyText.isLetterOrDigit) else { throw .bad("id") }
            // RFC 8461 §3.2: of fields that may not be repeated the first counts.
            if id == nil { id = value }
        }
        guard let id else { throw .missing("id") }
        self.init(id: id, extensions: extensions)
    }

    package init(parsing text: String) throws(PolicyRecordFailure) { try self.init(parsing: Array(text.utf8).span) }
}

extension MTASTSLookup {
    /// Picks the record out of what a name has.
    package init(_ answer: Answer<String>) {
        // RFC 8461 §3.1: others are discarded, and then there has to be exactly one.
        let candidates = answer.records.filter { PolicyRecordFields.isRecord($0, version: MTASTSRecord.version) }
        guard let only = candidates.first else {
            self = .absent
            return
        }
        guard candidates.count == 1 else {
            self = .several(candidates.count)
            return
        }
        do throws(PolicyRecordFailure) { self = .found(try MTASTSRecord(parsing: only)) } catch {
            self = .invalid(error)
        }
    }
}
