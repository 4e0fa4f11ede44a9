import Logging
package import Mail

/// Which tenant may send from which domain, answered from memory, and the one place that knows who else must hear of a
/// change: the DKIM keyring.
package final class DomainDirectory: Sendable {
    private let store: any DomainStore
    private let changes: ControlChanges
    private let known: ControlCache<UUIDv7, [Domain: SendingDomain.Status]>
    private let refreshKeyring: @Sendable ([SendingDomain]) async -> Void
    private let log = Logger(label: "martlet.domains")

    /// - Parameter refreshKeyring: gets the domains of all tenants whenever they may have changed. Of two tenants
    ///   with the same domain the verified one comes first.
    package init(
        store: any DomainStore, changes: ControlChanges,
        refreshKeyring: @escaping @Sendable ([SendingDomain]) async -> Void
    ) {
        self.store = store
        self.changes = changes
        self.refreshKeyring = refreshKeyring
        known = ControlCache(changes: changes)
    }

    /// How far the tenant has come with the domain, or with a parent of it: who owns `example.org` owns what lies
    /// below. The nearest one counts. `nil`: it has neither.
    package func status(
        of domain: Domain, tenant: UUIDv7
    ) async throws(StorageFailure) -> (name: Domain, status: SendingDomain.Status)? {
        let domains = try await domains(of: tenant)
        var name = domain
        while true {
            if let status = domains[name] { return (name, status) }
            guard let dot = name.text.firstIndex(of: "."), !name.isAddressLiteral else { return nil }
            name = Domain(canonical: String(name.text[name.text.index(after: dot)...]))
        }
    }

    package func domains(of tenant: UUIDv7) async throws(StorageFailure) -> [Domain: SendingDomain.Status] {
        let store = store
        return try await known.value(for: tenant) { () throws(StorageFailure) in
            var table: [Domain: SendingDomain.Status] = [:]
            for domain in try await store.domains(of: tenant) { table[domain.name] = domain.status }
            return table
        } ?? [:]
    }

    /// Call after every change, one's own or one noticed from another process.
    package func changed() async {
        changes.announce()
        do {
            let all = try await store.allDomains()
            await refreshKeyring(all.filter { $0.status == .verified } + all.filter { $0.status != .verified })
        } catch {
            log.error("The DKIM keyring could not be refreshed", metadata: ["reason": "\(error)"])
        }
    }
}
