package import Mail

/// The domains a tenant sends from, with their DKIM keys.
package struct DomainService: Sendable {
    private let store: any DomainStore
    private let directory: DomainDirectory
    private let keyMaker: any DKIMKeyMaker
    private let advice: DNSAdvice
    private let time: any TimeSource

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
        // The key's month in the selector, so that a later pair can stand beside it in the DNS while both are in use.
        let month = now.rfc3339.prefix(7).filter { $0 != "-" }
        let rsa: DKIMKey
        let ed25519: DKIMKey
        do {
            rsa = try await keyMaker.makeKey(.rsaSHA256, selector: "mt\(month)r")
            ed25519 = try await keyMaker.makeKey(.ed25519SHA256, selector: "mt\(month)e")
        } catch {
            throw ServiceFailure(.internalError, "The DKIM keys could not be made.")
        }
        let record = SendingDomain(
            id: UUIDv7(at: now), tenant: tenant, name: domain, status: status, dkim: [rsa, ed25519], createdAt: now)
        do { try await store.insert(record) } catch { throw ServiceFailure(storage: error, doing: "domain insert") }
        await directory.changed()
        return view(record)
    }

    /// Newest first.
    package func list(by caller: Caller) async throws(ServiceFailure) -> [DomainView] {
        do {
            return try await store.domains(of: caller.tenant).sorted { $0.id > $1.id }.map(view)
        } catch { throw ServiceFailure(storage: error, doing: "domain list") }
    }

    package func get(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> DomainView {
        let found: SendingDomain?
        do {
            found = try await store.domain(id, of: caller.tenant)
        } catch { throw ServiceFailure(storage: error, doing: "domain lookup") }
        guard let found else { throw .notFound("domain") }
        return view(found)
    }

    package func delete(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) {
        let removed: Bool
        do {
            removed = try await store.removeDomain(id, of: caller.tenant)
        } catch { throw ServiceFailure(storage: error, doing: "domain delete") }
        await directory.changed()
        guard removed else { throw .notFound("domain") }
    }

    private func view(_ domain: SendingDomain) -> DomainView {
        DomainView(domain: domain, records: advice.records(for: domain))
    }
}

/// A domain and what its owner has to publish.
package struct DomainView: Sendable {
    package var domain: SendingDomain
    package var records: [DNSRecordAdvice]
}
