package import Mail

/// User names and passwords for SMTP AUTH.
package struct CredentialService: Sendable {
    private let store: any CredentialStore
    private let time: any TimeSource
    private let changes: ControlChanges

    package init(store: any CredentialStore, time: any TimeSource, changes: ControlChanges) {
        self.store = store
        self.time = time
        self.changes = changes
    }

    package func create(
        name: String, domain: String? = nil, by caller: Caller
    ) async throws(ServiceFailure) -> CreatedCredential {
        var bound = caller.domain
        if let domain {
            guard let parsed = Domain(domain), bound == nil || bound == parsed else {
                throw ServiceFailure(details: [
                    .init(.invalidParameter, field: "domain", value: domain, message: "Not a domain this key may use.")
                ])
            }
            bound = parsed
        }
        return try await create(name: name, domain: bound, isTest: caller.isTest, tenant: caller.tenant)
    }

    /// Without a caller: the first start and the command line.
    package func create(
        name: String, domain: Domain? = nil, isTest: Bool = false, tenant: UUIDv7
    ) async throws(ServiceFailure) -> CreatedCredential {
        let now = time.wall
        // 80 random bits in the name: two of them never meet.
        let record = SMTPCredential(
            id: UUIDv7(at: now), tenant: tenant, name: try checkedName(name), user: "mt-\(RandomText.lowercase(16))",
            salt: [], digest: [], domain: domain, isTest: isTest, createdAt: now)
        return try await insert(record)
    }

    /// Newest first.
    package func list(by caller: Caller) async throws(ServiceFailure) -> [SMTPCredential] {
        do {
            return try await store.credentials(of: caller.tenant).sorted { $0.id > $1.id }
        } catch { throw ServiceFailure(storage: error, doing: "credential list") }
    }

    package func delete(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) {
        guard try await remove(id, of: caller.tenant) else { throw .notFound("credential") }
    }

    /// The same identifier and user name with a new password; the old one stops working at once.
    package func rotate(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> CreatedCredential {
        // The password is shown to the caller: it must open no more than a credential that the caller could make.
        guard let record = try await list(by: caller).first(where: { $0.id == id }),
            record.isTest || !caller.isTest, caller.domain == nil || caller.domain == record.domain,
            try await remove(id, of: caller.tenant)
        else { throw .notFound("credential") }
        return try await insert(record)
    }

    private func insert(_ record: SMTPCredential) async throws(ServiceFailure) -> CreatedCredential {
        let password = RandomText.alphanumeric(24)
        var record = record
        record.salt = RandomText.bytes(16)
        record.digest = PasswordDigest.make(salt: record.salt, password: password)
        do { try await store.insert(record) } catch { throw ServiceFailure(storage: error, doing: "credential insert") }
        changes.announce()
        return CreatedCredential(credential: record, password: password)
    }

    private func remove(_ id: UUIDv7, of tenant: UUIDv7) async throws(ServiceFailure) -> Bool {
        do {
            let removed = try await store.removeCredential(id, of: tenant)
            changes.announce()
            return removed
        } catch { throw ServiceFailure(storage: error, doing: "credential delete") }
    }
}

/// A new credential with its password, which is shown this once.
package struct CreatedCredential: Sendable {
    package var credential: SMTPCredential
    package var password: String
}
