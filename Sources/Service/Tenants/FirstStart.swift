package import Mail

/// Makes an empty data folder usable: a tenant, and a key that may do everything, shown once.
package struct FirstStart: Sendable {
    private let tenants: TenantService
    private let keys: KeyService

    package init(tenants: TenantService, keys: KeyService) {
        self.tenants = tenants
        self.keys = keys
    }

    /// `key` is `nil` on every start but the first. Run before anything is served; a second process that starts at the
    /// same time is kept out by the lock of the data folder.
    package func prepare() async throws(ServiceFailure) -> (tenant: Tenant, key: CreatedKey?) {
        if let tenant = try await tenants.defaultTenant() { return (tenant, nil) }
        let tenant = try await tenants.create(name: "default")
        let key = try await keys.create(
            name: "operator", mode: .live, scopes: Set(Scope.allCases), tenant: tenant.id)
        return (tenant, key)
    }
}
