package import Mail

/// API keys: made once, shown once, kept as their SHA-256.
package struct KeyService: Sendable {
    private let store: any KeyStore
    private let time: any TimeSource
    /// Only keys that exist are remembered, so that nobody can fill the memory with guesses.
    private let known: ControlCache<[UInt8], APIKey>

    package init(store: any KeyStore, time: any TimeSource, changes: ControlChanges) {
        self.store = store
        self.time = time
        known = ControlCache(changes: changes)
    }

    /// The caller behind the text of an `Authorization` or `X-API-Key` field; `unauthenticated` when there is none.
    package func authenticate(_ text: String) async throws(ServiceFailure) -> Caller {
        guard KeyText.isPlausible(text) else { throw Self.refused }
        let digest = SHA256.digest(of: Array(text.utf8))
        let key: APIKey?
        do {
            key = try await known.value(for: digest) { () throws(StorageFailure) in try await store.key(digest: digest)
            }
        } catch { throw ServiceFailure(storage: error, doing: "key lookup") }
        // The lookup is by digest, so its timing tells nothing of the secret; the comparison is for a store that lies.
        guard let key, constantTimeEqual(key.digest, digest) else { throw Self.refused }
        return Caller(
            tenant: key.tenant, key: key.id, scopes: key.scopes, domain: key.domain, isTest: key.mode == .test)
    }

    /// - Parameter scopes: must be a subset of the caller's own, so that no key can make a stronger one.
    package func create(
        name: String, mode: APIKey.Mode, scopes: Set<Scope>, domain: String? = nil, by caller: Caller
    ) async throws(ServiceFailure) -> CreatedKey {
        guard scopes.isSubset(of: caller.scopes) else {
            let excess = scopes.subtracting(caller.scopes).map(\.rawValue).sorted().joined(separator: ", ")
            throw ServiceFailure(.missingScope, "The key may not give what it does not have: \(excess).")
        }
        // A test key must not make itself a way out, nor a key bound to a domain one that is not.
        let mode = caller.isTest ? .test : mode
        let bound = try Self.parsed(domain) ?? caller.domain
        if let own = caller.domain, let bound, bound != own {
            throw ServiceFailure(details: [
                .init(.invalidParameter, field: "domain", value: bound.text, message: "The key is bound to \(own).")
            ])
        }
        return try await create(name: name, mode: mode, scopes: scopes, domain: bound, tenant: caller.tenant)
    }

    /// Without a caller: the first start and the command line.
    package func create(
        name: String, mode: APIKey.Mode, scopes: Set<Scope>, domain: Domain? = nil, tenant: UUIDv7
    ) async throws(ServiceFailure) -> CreatedKey {
        let name = try checkedName(name)
        guard !scopes.isEmpty else {
            throw ServiceFailure(details: [
                .init(.invalidParameter, field: "scopes", message: "A key needs at least one scope.")
            ])
        }
        let text = KeyText.make(mode)
        let now = time.wall
        let key = APIKey(
            id: UUIDv7(at: now), tenant: tenant, name: name, mode: mode, scopes: scopes,
            digest: SHA256.digest(of: Array(text.utf8)), hint: KeyText.hint(of: text), domain: domain, createdAt: now)
        do { try await store.insert(key) } catch { throw ServiceFailure(storage: error, doing: "key insert") }
        return CreatedKey(key: key, text: text)
    }

    /// Newest first.
    package func list(by caller: Caller) async throws(ServiceFailure) -> [APIKey] {
        do {
            return try await store.keys(of: caller.tenant).sorted { $0.id > $1.id }
        } catch { throw ServiceFailure(storage: error, doing: "key list") }
    }

    package func delete(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) {
        let removed: Bool
        do {
            removed = try await store.removeKey(id, of: caller.tenant)
        } catch { throw ServiceFailure(storage: error, doing: "key delete") }
        known.changes.announce()
        guard removed else { throw .notFound("key") }
    }

    private static let refused = ServiceFailure(.unauthenticated, "No API key, or one that is not valid.")

    private static func parsed(_ domain: String?) throws(ServiceFailure) -> Domain? {
        guard let domain else { return nil }
        guard let parsed = Domain(domain) else {
            throw ServiceFailure(details: [
                .init(.invalidParameter, field: "domain", value: domain, message: "Not a domain name.")
            ])
        }
        return parsed
    }
}

/// A new key with its text, which is shown this once.
package struct CreatedKey: Sendable {
    package var key: APIKey
    package var text: String
}
