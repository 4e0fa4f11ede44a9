extension MTASTSRecord: PolicyRecord {
    package static let version: StaticString = "v=STSv1"

    package init(parsing bytes: Span<UInt8>) throws(PolicyRecordFailure) {
        let record = try PolicyRecordFields(bytes, version: Self.version, own: [])
        var id: String?
        var extensions: [PolicyRecordExtension] = []
        for field in record.fields {
            let value = String(decoding: field.value, as: UTF8.self)
            guard field.name == "id" else {
                extensions.append(PolicyRecordExtension(name: field.name, value: value))
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
}
