import Mail

/// What is asked: the key of the cache and of the table of questions in flight. The class is always IN.
struct Question: Hashable, Sendable {
    var name: DNSName
    var type: RecordType

    init(_ name: DNSName, _ type: RecordType) {
        self.name = name
        self.type = type
    }

    init(_ name: String, _ type: RecordType) throws(ResolverFailure) {
        self.init(try DNSName(name), type)
    }
}
