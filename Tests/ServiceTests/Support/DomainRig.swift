import DNSAuth
import Mail
import MartletTesting
import Synchronization

@testable import Service

/// Everything that looks at domains, on a simulated loop, with a DNS that the test writes.
struct DomainRig {
    let loop = SimulatedLoop()
    let stores = MemoryStores()
    let dns = WritableDNS()
    let announcer = RecordingAnnouncer()
    let keyring = DKIMKeyring()
    let directory: DomainDirectory
    let verification: DomainVerification
    let domains: DomainService
    let watch: DomainWatch
    let caller: Caller

    static let source = IPAddress.v4(0xC000_0219)

    init(
        setup change: (inout SendingSetup) -> Void = { _ in },
        options changeOptions: (inout DomainCheckOptions) -> Void = { _ in }
    ) {
        var setup = SendingSetup(hostname: "mx.martlet.example")
        change(&setup)
        var options = DomainCheckOptions()
        changeOptions(&options)
        dns.change { dns in
            dns.addresses["mx.martlet.example"] = [Self.source]
            dns.ptr[Self.source] = ["mx.martlet.example"]
        }
        let (keyring, time) = (keyring, loop.time)
        directory = DomainDirectory(store: stores, changes: ControlChanges()) { keyring.replaceAll($0) }
        verification = DomainVerification(
            store: stores, directory: directory,
            checker: DomainChecker(
                setup: setup, resolver: dns, time: time, timeout: options.timeout, executor: loop),
            announcer: announcer, options: options, time: time
        ) { 0.5 }
        domains = DomainService(
            store: stores, directory: directory, keyMaker: NamedKeys(), advice: DNSAdvice(setup), time: time
        ).checking(with: verification)
        watch = DomainWatch(verification: verification, time: time)
        let tenant = UUIDv7(at: time.wall, random: (1, 1))
        caller = Caller(tenant: tenant, key: UUIDv7(at: time.wall, random: (2, 2)), scopes: Set(Scope.allCases))
    }

    var time: VirtualTime { loop.time }

    /// Everything that is advised, and an MX record.
    func publish(_ view: DomainView) {
        dns.change { dns in
            for record in view.records {
                if record.type == "CNAME" {
                    dns.cname[record.name] = record.value
                } else {
                    dns.txt[record.name] = [record.value]
                }
            }
            let name = view.domain.name.text
            dns.mx[name] = [MXRecord(preference: 10, exchange: "mail.\(name)")]
        }
    }

    func stored(_ view: DomainView) async throws -> SendingDomain? {
        try await stores.domain(view.domain.id, of: caller.tenant)
    }

    /// Selectors that sign for the domain.
    func signing(_ domain: Domain) -> [String] {
        // The keys of these tests are made up, so each stands there as the failure to parse it.
        keyring.keys(for: domain)?.keys.map { result in
            switch result {
            case .success: "parsed"
            case .failure(.badKey(let selector)): selector
            case .failure(.malformedContent): "malformed"
            }
        } ?? []
    }

    /// A key for each selector, different from all others.
    struct NamedKeys: DKIMKeyMaker {
        func makeKey(_ algorithm: DKIMKey.Algorithm, selector: String) async throws -> DKIMKey {
            DKIMKey(selector: selector, algorithm: algorithm, privateKey: [1], publicKey: Array(selector.utf8))
        }
    }
}

/// A DNS that changes while it is asked.
final class WritableDNS: Resolver {
    private let state = Mutex((dns: FakeResolver(), questions: 0))

    var questions: Int { state.withLock { $0.questions } }
    func change(_ body: (inout FakeResolver) -> Void) { state.withLock { body(&$0.dns) } }

    private var dns: FakeResolver {
        state.withLock { state in
            state.questions += 1
            return state.dns
        }
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { try await dns.mx(name) }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        try await dns.addresses(name)
    }
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { try await dns.txt(name) }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try await dns.tlsa(name) }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { try await dns.ptr(address) }
}

final class RecordingAnnouncer: Announcer {
    private let state = Mutex((heard: [Announcement](), refusal: Refusal?.none))

    var heard: [Announcement] { state.withLock { $0.heard } }
    func refuse(with refusal: Refusal?) { state.withLock { $0.refusal = refusal } }

    var changes: [DomainDNSChange] {
        heard.map { announcement in
            switch announcement.kind {
            case .domainDNSChanged(let change): change
            }
        }
    }

    func announce(_ announcement: Announcement) async throws(Refusal) {
        try state.withLock { state throws(Refusal) in
            if let refusal = state.refusal { throw refusal }
            state.heard.append(announcement)
        }
    }
}
