package import Mail

/// The domains a tenant sends from, with their DKIM keys.
package struct DomainService: Sendable {
    let store: any DomainStore
    let directory: DomainDirectory
    private let keyMaker: any DKIMKeyMaker
    private let advice: DNSAdvice
    let time: any TimeSource
    var verification: DomainVerification?

    package init(
        store: any DomainStore, directory: DomainDirectory, keyMaker: any DKIMKeyMaker = GeneratedDKIMKeys(),
        advice: DNSAdvice,
        time: any TimeSource
    ) {
        self.store = store
        self.directory = directory
        self.keyMaker = keyMaker
        self.advice = advice
        self.time = time
    }

    /// The same service, able to look at the DNS. Without it `verify` and `score` are refused.
    package func checking(with verification: DomainVerification) -> DomainService {
        var service = self
        service.verification = verification
        return service
    }

    /// Makes an RSA-2048 and an Ed25519 key pair. `conflict` when the tenant has the domain already.
    package func add(_ name: String, by caller: Caller) async throws(ServiceFailure) -> DomainView {
        try await add(name, tenant: caller.tenant, status: .pending)
    }

    /// Without a caller. An operator vouches for the domain with `.verified`; everybody else's must prove it first.
    package func add(
        _ name: String, tenant: UUIDv7, status: SendingDomain.Status
    ) async throws(ServiceFailure) -> DomainView {
        guard let domain = Domain(name), !domain.isAddressLiteral, domain.text.contains(".") else {
            throw ServiceFailure(details: [
                .init(.invalidParameter, field: "domain", value: name, message: "Not a domain name.")
            ])
        }
        let now = time.wall
        // They sign from the start: nothing else does, and a pending domain sends nothing that matters.
        let keys = try await makePair(beside: [], at: now).map { key in
            var key = key
            (key.state, key.createdAt, key.activatedAt) = (.active, now, now)
            return key
        }
        let isVouched = status == .verified
        let record = SendingDomain(
            id: UUIDv7(at: now), tenant: tenant, name: domain, status: status, dkim: keys, createdAt: now,
            isVouched: isVouched, verifiedAt: isVouched ? now : nil, nextCheck: now + Self.firstLook)
        do { try await store.insert(record) } catch { throw ServiceFailure(storage: error, doing: "domain insert") }
        await directory.changed()
        return view(record)
    }

    /// Newest first, without findings.
    package func list(by caller: Caller) async throws(ServiceFailure) -> [DomainView] {
        try await list(tenant: caller.tenant)
    }

    package func list(tenant: UUIDv7) async throws(ServiceFailure) -> [DomainView] {
        do {
            return try await store.domains(of: tenant).sorted { $0.id > $1.id }.map { view($0) }
        } catch { throw ServiceFailure(storage: error, doing: "domain list") }
    }

    package func get(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> DomainView {
        try await withFindings(try await find(id, of: caller.tenant))
    }

    /// By name, for the command line.
    package func get(named name: String, tenant: UUIDv7) async throws(ServiceFailure) -> DomainView {
        let found: SendingDomain?
        do {
            found = try await store.domains(of: tenant).first { $0.name == Domain(name) }
        } catch { throw ServiceFailure(storage: error, doing: "domain lookup") }
        guard let found else { throw .notFound("domain") }
        return try await withFindings(found)
    }

    package func delete(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) {
        let removed: Bool
        do {
            removed = try await store.removeDomain(id, of: caller.tenant)
        } catch { throw ServiceFailure(storage: error, doing: "domain delete") }
        await directory.changed()
        guard removed else { throw .notFound("domain") }
    }

    /// After this time the drift watch first looks at what is new: nobody has published it sooner.
    static let firstLook = Duration.seconds(60)

    func find(_ id: UUIDv7, of tenant: UUIDv7) async throws(ServiceFailure) -> SendingDomain {
        let found: SendingDomain?
        do {
            found = try await store.domain(id, of: tenant)
        } catch { throw ServiceFailure(storage: error, doing: "domain lookup") }
        guard let found else { throw .notFound("domain") }
        return found
    }

    func makePair(beside keys: [DKIMKey], at now: WallTime) async throws(ServiceFailure) -> [DKIMKey] {
        // The key's month in the selector, so that a later pair can stand beside it in the DNS while both are in use.
        let selectors = DKIMRotation.selectors(for: keys, at: now)
        do {
            return [
                try await keyMaker.makeKey(.rsaSHA256, selector: selectors.rsa),
                try await keyMaker.makeKey(.ed25519SHA256, selector: selectors.ed25519),
            ]
        } catch {
            throw ServiceFailure(.internalError, "The DKIM keys could not be made.")
        }
    }

    func withFindings(_ domain: SendingDomain) async throws(ServiceFailure) -> DomainView {
        do {
            return view(domain, try await store.findings(of: domain.id, tenant: domain.tenant))
        } catch { throw ServiceFailure(storage: error, doing: "domain lookup") }
    }

    func view(_ domain: SendingDomain, _ findings: [DomainFinding] = []) -> DomainView {
        DomainView(domain: domain, records: advice.records(for: domain, findings: findings), findings: findings)
    }
}

/// A domain, what its owner has to publish, and what the last check found.
package struct DomainView: Sendable {
    package var domain: SendingDomain
    package var records: [DNSRecordAdvice]
    /// Empty before the first check, and in lists.
    package var findings: [DomainFinding]

    /// The state of one thing that several findings may be about, as `dkim` of each key: the worst of those that weigh
    /// anything, or of all where none does. `nil`: not looked at.
    package func status(of area: String) -> DomainFinding.Status? {
        let all = findings.filter { $0.subject.area == area }
        let weighty = all.filter { $0.weight > 0 }
        return (weighty.isEmpty ? all : weighty).map(\.status).max { $0.severity < $1.severity }
    }

    /// The areas that were looked at, each once, in the order of the findings.
    package var areas: [String] {
        var areas: [String] = []
        for finding in findings where !areas.contains(finding.subject.area) { areas.append(finding.subject.area) }
        return areas
    }
}

extension DomainFinding.Status {
    fileprivate var severity: Int {
        switch self {
        case .ok: 0
        case .optional: 1
        case .temporary: 2
        case .missing: 3
        case .mismatch: 4
        case .invalid: 5
        }
    }
}
