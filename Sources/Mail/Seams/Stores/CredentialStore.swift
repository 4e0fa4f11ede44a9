public protocol CredentialStore: Sendable {
    func insert(_ credential: SMTPCredential) async throws(StorageFailure)
    func credential(user: String) async throws(StorageFailure) -> SMTPCredential?
    func credentials(of tenant: UUIDv7) async throws(StorageFailure) -> [SMTPCredential]
    func removeCredential(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool
}
