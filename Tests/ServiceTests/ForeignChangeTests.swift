import Foundation
import Mail
import Storage
import Synchronization
import Testing

@testable import Service

/// Two processes on one `control.sqlite`, played by two connections: what a running server does once it has noticed.
@Suite struct ForeignChangeTests {
    @Test func `A domain added and a key deleted on the command line count in the server`() async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        let time = SettableTime()
        let server = try ControlDatabase.open(folder: url.path)
        let changes = ControlChanges()
        let keyring = Mutex<[String]>([])
        let directory = DomainDirectory(store: server.domains, changes: changes) { domains in
            keyring.withLock { $0 = domains.map(\.name.text) }
        }
        let keys = KeyService(store: server.keys, time: time, changes: changes)
        let tenants = TenantService(store: server.tenants, time: time)
        let start = try await FirstStart(tenants: tenants, keys: keys).prepare()
        let operatorKey = try #require(start.key)
        let caller = try await keys.authenticate(operatorKey.text)
        let none = try await directory.domains(of: start.tenant.id)
        #expect(none.isEmpty)
        let before = try await server.foreignVersion()

        let line = try ControlDatabase.open(folder: url.path)
        let elsewhere = ControlChanges()
        _ = try await DomainService(
            store: line.domains, directory: DomainDirectory(store: line.domains, changes: elsewhere) { _ in },
            keyMaker: House.FakeKeys(), advice: DNSAdvice(hostname: "mx.example"), time: time
        ).add("example.com", tenant: start.tenant.id, status: .verified)
        try await KeyService(store: line.keys, time: time, changes: elsewhere).delete(operatorKey.key.id, by: caller)
        line.close()

        let after = try await server.foreignVersion()
        #expect(after != before)
        await directory.changed()
        #expect(keyring.withLock { $0 } == ["example.com"])
        let domains = try await directory.domains(of: start.tenant.id)
        #expect(domains == [Domain(canonical: "example.com"): .verified])
        let refused = await failure { _ = try await keys.authenticate(operatorKey.text) }
        #expect(refused?.kind == .unauthenticated)
        server.close()
    }
}
