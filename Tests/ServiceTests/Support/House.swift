import Mail
import Synchronization

@testable import Service

/// All services over stores in memory, with a tenant that owns `example.com` (verified) and `pending.example`.
struct House {
    let time = SettableTime()
    let stores = MemoryStores()
    let queue: FakeQueue
    let changes = ControlChanges()
    let directory: DomainDirectory
    let keyring = Keyring()
    let tenant: UUIDv7
    let caller: Caller

    final class Keyring: Sendable {
        let names = Mutex<[String]>([])
    }

    init() async throws {
        queue = FakeQueue(time: time)
        let keyring = keyring
        directory = DomainDirectory(store: stores, changes: changes) { domains in
            keyring.names.withLock { $0 = domains.map(\.name.text) }
        }
        tenant = UUIDv7(at: time.wall, random: (1, 1))
        caller = Caller(tenant: tenant, key: UUIDv7(at: time.wall, random: (2, 2)), scopes: Set(Scope.allCases))
        try await stores.insert(Tenant(id: tenant, name: "default", createdAt: time.wall))
        for (number, name) in ["example.com", "pending.example"].enumerated() {
            try await stores.insert(
                SendingDomain(
                    id: UUIDv7(at: time.wall, random: (3, UInt64(number))), tenant: tenant,
                    name: Domain(canonical: name), status: number == 0 ? .verified : .pending, dkim: [],
                    createdAt: time.wall))
        }
    }

    func messages(_ change: (inout SendOptions) -> Void = { _ in }) -> MessageService {
        var options = SendOptions()
        change(&options)
        return MessageService(
            intake: queue, signer: queue, store: queue, progress: queue, domains: directory, time: time,
            options: options)
    }

    var keys: KeyService { KeyService(store: stores, time: time, changes: changes) }
    var credentials: CredentialService { CredentialService(store: stores, time: time, changes: changes) }
    var domains: DomainService {
        DomainService(
            store: stores, directory: directory, keyMaker: FakeKeys(),
            advice: DNSAdvice(hostname: "mx.martlet.example"),
            time: time)
    }

    func policy(_ change: (inout SendOptions) -> Void = { _ in }) -> ServicePolicy {
        var options = SendOptions()
        change(&options)
        return ServicePolicy(
            store: stores, domains: directory, trustedTenant: tenant, changes: changes, options: options)
    }

    static func request(_ change: (inout SendRequest) -> Void = { _ in }) -> SendRequest {
        var request = SendRequest()
        request.from = "Shop <shop@example.com>"
        request.to = ["Ann <ann@example.org>"]
        request.subject = "Hello"
        request.text = "Hello, Ann"
        change(&request)
        return request
    }

    struct FakeKeys: DKIMKeyMaker {
        func makeKey(_ algorithm: DKIMKey.Algorithm, selector: String) async throws -> DKIMKey {
            DKIMKey(selector: selector, algorithm: algorithm, privateKey: [1], publicKey: [2])
        }
    }
}

/// What a service throws, or `nil`: `#expect` does not take calls with typed throws.
func failure(_ body: () async throws -> Void) async -> ServiceFailure? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ServiceFailure
    }
}
