import Mail
import Synchronization

/// Stores in memory, with a count of the questions they were asked.
final class MemoryStores: KeyStore, DomainStore, CredentialStore, TenantStore {
    private let state = Mutex(State())

    private struct State {
        var keys: [APIKey] = []
        var domains: [SendingDomain] = []
        var findings: [UUIDv7: [DomainFinding]] = [:]
        var credentials: [SMTPCredential] = []
        var tenants: [Tenant] = []
        var questions = 0
        var failure: StorageFailure?
    }

    var questions: Int { state.withLock { $0.questions } }
    var keys: [APIKey] { state.withLock { $0.keys } }
    var credentials: [SMTPCredential] { state.withLock { $0.credentials } }
    func fail(with failure: StorageFailure?) { state.withLock { $0.failure = failure } }

    private func change<Result: Sendable>(
        _ body: (inout sending State) throws(StorageFailure) -> sending Result
    ) throws(StorageFailure) -> Result {
        try state.withLock { state throws(StorageFailure) in
            state.questions += 1
            if let failure = state.failure { throw failure }
            return try body(&state)
        }
    }

    func insert(_ key: APIKey) async throws(StorageFailure) { try change { $0.keys.append(key) } }
    func key(digest: [UInt8]) async throws(StorageFailure) -> APIKey? {
        try change { $0.keys.first { $0.digest == digest } }
    }
    func keys(of tenant: UUIDv7) async throws(StorageFailure) -> [APIKey] {
        try change { $0.keys.filter { $0.tenant == tenant } }
    }
    func removeKey(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool {
        try change { state in
            let before = state.keys.count
            state.keys.removeAll { $0.id == id && $0.tenant == tenant }
            return state.keys.count < before
        }
    }

    func insert(_ domain: SendingDomain) async throws(StorageFailure) {
        try change { state throws(StorageFailure) in
            if state.domains.contains(where: { $0.tenant == domain.tenant && $0.name == domain.name }) {
                throw StorageFailure.conflict
            }
            state.domains.append(domain)
        }
    }
    func domain(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> SendingDomain? {
        try change { $0.domains.first { $0.id == id && $0.tenant == tenant } }
    }
    func domains(of tenant: UUIDv7) async throws(StorageFailure) -> [SendingDomain] {
        try change { $0.domains.filter { $0.tenant == tenant } }
    }
    func allDomains() async throws(StorageFailure) -> [SendingDomain] { try change { $0.domains } }
    func removeDomain(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool {
        try change { state in
            let before = state.domains.count
            state.domains.removeAll { $0.id == id && $0.tenant == tenant }
            return state.domains.count < before
        }
    }
    func domainsDue(
        at time: WallTime, horizon: Duration, limit: Int
    ) async throws(StorageFailure) -> [SendingDomain] {
        try change { state in
            Array(
                state.domains.filter { $0.nextCheck <= time || $0.nextCheck > time + horizon }
                    .sorted { $0.nextCheck < $1.nextCheck }.prefix(limit))
        }
    }
    func findings(of id: UUIDv7, tenant: UUIDv7) async throws(StorageFailure) -> [DomainFinding] {
        try change { state in
            state.domains.contains { $0.id == id && $0.tenant == tenant } ? state.findings[id] ?? [] : []
        }
    }
    func update(_ domain: SendingDomain, findings: [DomainFinding]?) async throws(StorageFailure) -> Bool {
        try change { state throws(StorageFailure) in
            guard let index = state.domains.firstIndex(where: { $0.id == domain.id && $0.tenant == domain.tenant })
            else { return false }
            guard state.domains[index].revision == domain.revision else { throw StorageFailure.conflict }
            state.domains[index] = domain
            state.domains[index].revision += 1
            if let findings { state.findings[domain.id] = findings }
            return true
        }
    }

    func insert(_ credential: SMTPCredential) async throws(StorageFailure) {
        try change { $0.credentials.append(credential) }
    }
    func credential(user: String) async throws(StorageFailure) -> SMTPCredential? {
        try change { $0.credentials.first { $0.user == user } }
    }
    func credentials(of tenant: UUIDv7) async throws(StorageFailure) -> [SMTPCredential] {
        try change { $0.credentials.filter { $0.tenant == tenant } }
    }
    func removeCredential(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool {
        try change { state in
            let before = state.credentials.count
            state.credentials.removeAll { $0.id == id && $0.tenant == tenant }
            return state.credentials.count < before
        }
    }

    func insert(_ tenant: Tenant) async throws(StorageFailure) { try change { $0.tenants.append(tenant) } }
    func tenant(_ id: UUIDv7) async throws(StorageFailure) -> Tenant? {
        try change { $0.tenants.first { $0.id == id } }
    }
    func tenants() async throws(StorageFailure) -> [Tenant] { try change { $0.tenants } }
}
