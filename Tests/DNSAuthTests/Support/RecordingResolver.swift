import Mail
import MartletTesting
import Synchronization

/// Passes questions on and remembers them.
final class RecordingResolver: Resolver {
    private let inner: any Resolver
    private let asked = Mutex<[String]>([])
    /// Every question for TXT fails so.
    private let failure: ResolverFailure?
    /// Every name has these texts.
    private let everywhere: [String]?

    init(_ inner: any Resolver, failure: ResolverFailure? = nil, everywhere: [String]? = nil) {
        self.inner = inner
        self.failure = failure
        self.everywhere = everywhere
    }

    convenience init(txt: [String: [String]]) {
        var table = FakeResolver()
        table.txt = txt
        self.init(table)
    }

    /// `txt example.org` and the like, in order.
    var questions: [String] { asked.withLock { $0 } }
    var count: Int { questions.count }
    /// Names asked for TXT, in order.
    var texts: [String] { questions.filter { $0.hasPrefix("txt ") }.map { String($0.dropFirst(4)) } }
    var dmarcTexts: [String] { texts.filter { $0.hasPrefix("_dmarc.") } }

    private func note(_ type: String, _ name: String) { asked.withLock { $0.append("\(type) \(name)") } }

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        note("txt", name)
        if let failure { throw failure }
        guard name.utf8.count <= 253 else { throw .badName }
        if let everywhere { return Answer(status: .found, records: everywhere, canonicalName: name, ttl: 60) }
        return try await inner.txt(name)
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        note("mx", name)
        return try await inner.mx(name)
    }

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        note("addresses", name)
        return try await inner.addresses(name)
    }

    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> {
        note("tlsa", name)
        return try await inner.tlsa(name)
    }

    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> {
        note("ptr", "\(address)")
        return try await inner.ptr(address)
    }
}
