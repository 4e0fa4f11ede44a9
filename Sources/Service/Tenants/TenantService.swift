package import Mail

/// The operator's customers. More than the default one comes with the tenant routes.
package struct TenantService: Sendable {
    private let store: any TenantStore
    private let time: any TimeSource

    package init(store: any TenantStore, time: any TimeSource) {
        self.store = store
        self.time = time
    }

    package func create(name: String) async throws(ServiceFailure) -> Tenant {
        let now = time.wall
        let tenant = Tenant(id: UUIDv7(at: now), name: try checkedName(name), createdAt: now)
        do { try await store.insert(tenant) } catch { throw ServiceFailure(storage: error, doing: "tenant insert") }
        return tenant
    }

    /// Oldest first.
    package func list() async throws(ServiceFailure) -> [Tenant] {
        do {
            return try await store.tenants().sorted { $0.id < $1.id }
        } catch { throw ServiceFailure(storage: error, doing: "tenant list") }
    }

    /// The oldest one: what the command line works on when no other is named.
    package func defaultTenant() async throws(ServiceFailure) -> Tenant? { try await list().first }
}
