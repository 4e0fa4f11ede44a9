extension TLSRPTRecord: PolicyRecord {
    package static let version: StaticString = "v=TLSRPTv1"
    /// More are not reported to.
    private static let destinationLimit = 20

    package init(parsing bytes: Span<UInt8>) throws(PolicyRecordFailure) {
        let record = try PolicyRecordFields(bytes, version: Self.version, own: ["rua"])
        var destinations: [Destination] = []
        var extensions: [PolicyRecordExtension] = []
        var hasAddresses = false
        for field in record.fields {
            guard field.name == "rua" else {
                extensions.append(
                    PolicyRecordExtension(name: field.name, value: String(decoding: field.value, as: UTF8.self)))
                continue
            }
            hasAddresses = true
            // RFC 8460 §3: `tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri)`; a comma within a URI is percent-encoded.
            for part in field.value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard let destination = TLSRPTDestinationParser.parse(part) else { throw .bad("rua") }
                if destinations.count < Self.destinationLimit { destinations.append(destination) }
            }
        }
        guard hasAddresses else { throw .missing("rua") }
        self.init(destinations: destinations, extensions: extensions)
    }
}
