import Mail
import MartletTesting
import Synchronization

/// A table resolver that remembers what it was asked.
final class RecordingResolver: Resolver {
    private let table: FakeResolver
    private let asked = Mutex<[String]>([])
    /// Every question fails.
    let failure: ResolverFailure?
    /// Every name has these texts.
    let everywhere: [String]?

    init(_ table: FakeResolver, failure: ResolverFailure? = nil, everywhere: [String]? = nil) {
        self.table = table
        self.failure = failure
        self.everywhere = everywhere
    }

    convenience init(txt: [String: [String]]) {
        var table = FakeResolver()
        table.txt = txt
        self.init(table)
    }

    /// Names asked for TXT, in order.
    var texts: [String] { asked.withLock { $0 } }
    var dmarcTexts: [String] { texts.filter { $0.hasPrefix("_dmarc.") } }

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        asked.withLock { $0.append(name) }
        if let failure { throw failure }
        guard name.utf8.count <= 253 else { throw .badName }
        if let everywhere { return Answer(status: .found, records: everywhere, canonicalName: name, ttl: 60) }
        return try await table.txt(name)
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { try await table.mx(name) }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        try await table.addresses(name)
    }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try await table.tlsa(name) }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { try await table.ptr(address) }
}

extension Domain {
    /// For literals in tests.
    static func name(_ text: String) -> Domain { Domain(canonical: text) }
}

extension SPFOutcome {
    static func mailFrom(_ result: SPFResult, _ domain: String) -> SPFOutcome {
        SPFOutcome(result, identity: .mailFrom, domain: domain, reason: "test")
    }
}

extension DKIMOutcome {
    static func signed(_ result: DKIMResult, _ domain: String) -> DKIMOutcome {
        DKIMOutcome(result, reason: "test", domain: .name(domain))
    }
}
