package import Mail

/// Who asks, once the key is settled. Every service takes one and shows nothing of other tenants.
package struct Caller: Hashable, Sendable {
    package var tenant: UUIDv7
    package var key: UUIDv7
    package var scopes: Set<Scope>
    /// When set, it sends from this domain only.
    package var domain: Domain?
    /// Everything it sends goes to the capture inbox.
    package var isTest: Bool

    package init(tenant: UUIDv7, key: UUIDv7, scopes: Set<Scope>, domain: Domain? = nil, isTest: Bool = false) {
        self.tenant = tenant
        self.key = key
        self.scopes = scopes
        self.domain = domain
        self.isTest = isTest
    }

    /// - Throws: `missingScope`, naming it.
    package func require(_ scope: Scope) throws(ServiceFailure) {
        guard scopes.contains(scope) else {
            throw ServiceFailure(.missingScope, "The key lacks the scope \(scope.rawValue).")
        }
    }
}
