public protocol TenantStore: Sendable {
    func insert(_ tenant: Tenant) async throws(StorageFailure)
    func tenant(_ id: UUIDv7) async throws(StorageFailure) -> Tenant?
    func tenants() async throws(StorageFailure) -> [Tenant]
}
