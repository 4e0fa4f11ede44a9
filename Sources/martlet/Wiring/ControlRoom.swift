import ControlAPI
import DNSAuth
import Loop
import Mail
import Queue
import Service
import Storage

/// The two SQL files and the services that stand on them, without the parts that need a running queue: what the command
/// line uses as well as the engine.
struct ControlRoom {
    let control: ControlDatabase
    let changes = ControlChanges()
    let keyring = DKIMKeyring()
    let time: any TimeSource
    let keys: KeyService
    let tenants: TenantService
    let credentials: CredentialService
    let directory: DomainDirectory
    let domains: DomainService

    /// - Parameter setup: what domains are advised to publish.
    init(data: String, setup: SendingSetup, time: any TimeSource, pool: BlockingPool) throws(StartFailure) {
        do { control = try ControlDatabase.open(folder: data) } catch {
            throw StartFailure(database: "control", in: data, error)
        }
        self.time = time
        let keyring = keyring
        keys = KeyService(store: control.keys, time: time, changes: changes)
        tenants = TenantService(store: control.tenants, time: time)
        credentials = CredentialService(store: control.credentials, time: time, changes: changes)
        directory = DomainDirectory(store: control.domains, changes: changes) { keyring.replaceAll($0) }
        domains = DomainService(
            store: control.domains, directory: directory, keyMaker: PooledKeyMaker(pool: pool),
            advice: DNSAdvice(setup), time: time)
    }

    /// The default tenant, made at the first start, and then also the operator's key.
    func prepare() async throws -> (tenant: Tenant, key: CreatedKey?) {
        let first = try await FirstStart(tenants: tenants, keys: keys).prepare()
        await directory.changed()
        return first
    }
}

/// Makes DKIM keys where half a second of CPU disturbs nobody.
struct PooledKeyMaker: DKIMKeyMaker {
    let pool: BlockingPool

    func makeKey(_ algorithm: DKIMKey.Algorithm, selector: String) async throws -> DKIMKey {
        try await pool.run { () throws(SigningFailure) in
            switch algorithm {
            case .rsaSHA256: try DKIMKeyPair.generate(.rsaSHA256(), selector: selector)
            case .ed25519SHA256: try DKIMKeyPair.generate(.ed25519SHA256, selector: selector)
            }
        }
    }
}
