public protocol KeyStore: Sendable {
    func insert(_ key: APIKey) async throws(StorageFailure)
    func key(digest: [UInt8]) async throws(StorageFailure) -> APIKey?
    func keys(of tenant: UUIDv7) async throws(StorageFailure) -> [APIKey]
    /// `false`: this tenant has no such key.
    func removeKey(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool
}
