import Foundation
import FoundationNetworking
import Logging
import Mail
import MartletTesting
import Queue
import Service
import Storage
import Synchronization

@testable import ControlAPI

/// The real HTTP server on a free port over a queue that is not one.
struct RouteRig {
    let time = StandingTime()
    let desk: FakeDesk
    let mail = FakeMail()
    let tenant: UUIDv7
    let other: UUIDv7
    /// `operate` only; `messages:read` only; `messages:send` only; the other tenant's, with all but `operate`.
    let keys: (operate: String, read: String, send: String, foreign: String)
    let base: String
    /// What the next reload of the shaping rules comes to.
    let reload = Reload()

    final class Reload: Sendable {
        let next = Mutex(ShapingReload.loaded(rules: 57))
    }

    struct Answer {
        var status: Int
        var body: String
        var json: [String: Any]
        var data: [String: Any] { json["data"] as? [String: Any] ?? [:] }
        var list: [[String: Any]] { json["data"] as? [[String: Any]] ?? [] }
        var error: [String: Any] { json["error"] as? [String: Any] ?? [:] }
        var fields: [String] {
            (error["details"] as? [[String: Any]] ?? []).compactMap { $0["field"] as? String }
        }
    }

    /// - Parameter warmups: `nil`: nothing is being warmed up.
    static func run(
        egress: EgressTable = .none, warmups: FakeWarmups? = FakeWarmups(), hasQueue: Bool = true,
        _ body: (RouteRig) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("routes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let control = try ControlDatabase.open(folder: folder.path)
        let readiness = Readiness()
        var log = Logger(label: "routes")
        log.logLevel = .critical
        let server = ControlServer(
            options: ControlOptions(port: 0), readiness: readiness, registry: PrometheusRegistry(), log: log)
        async let running: Void = server.run()
        guard let port = await server.port() else {
            try await running
            return
        }
        let rig = try await RouteRig(
            control, base: "http://127.0.0.1:\(port)", readiness: readiness, egress: egress,
            warmups: warmups, hasQueue: hasQueue)
        do { try await body(rig) } catch {
            await server.stop()
            try await running
            throw error
        }
        await server.stop()
        try await running
    }

    private init(
        _ control: ControlDatabase, base: String, readiness: Readiness, egress: EgressTable, warmups: FakeWarmups?,
        hasQueue: Bool
    ) async throws {
        self.base = base
        desk = FakeDesk(time: time)
        let changes = ControlChanges()
        let tenants = TenantService(store: control.tenants, time: time)
        let keyService = KeyService(store: control.keys, time: time, changes: changes)
        tenant = try await tenants.create(name: "ours").id
        other = try await tenants.create(name: "theirs").id
        keys = (
            try await keyService.create(name: "night shift", mode: .live, scopes: [.operate], tenant: tenant).text,
            try await keyService.create(name: "reader", mode: .live, scopes: [.messagesRead], tenant: tenant).text,
            try await keyService.create(name: "sender", mode: .live, scopes: [.messagesSend], tenant: tenant).text,
            try await keyService.create(
                name: "stranger", mode: .live, scopes: Set(Scope.allCases).subtracting([.operate]), tenant: other
            ).text
        )
        let directory = DomainDirectory(store: control.domains, changes: changes) { _ in }
        let (mail, reload) = (mail, reload)
        let queue = QueueService(
            desk: desk, store: mail, progress: mail, keys: keyService, tenants: tenants, time: time, warmups: warmups,
            egress: { egress }, reload: { reload.next.withLock { $0 } })
        readiness.open(
            ControlServices(
                messages: MessageService(
                    intake: MemoryIntake(time: time), signer: mail, store: mail, progress: mail, domains: directory,
                    time: time),
                domains: DomainService(
                    store: control.domains, directory: directory, advice: DNSAdvice(hostname: "mx.test"), time: time),
                credentials: CredentialService(store: control.credentials, time: time, changes: changes),
                keys: keyService, idempotency: Idempotency(store: control.idempotency, time: time),
                queue: hasQueue ? queue : nil, captured: mail, devInbox: nil, complaints: { [] }))
    }

    func get(_ path: String, key: String? = nil) async throws -> Answer { try await send("GET", path, key: key) }
    func post(_ path: String, _ body: String, key: String? = nil) async throws -> Answer {
        try await send("POST", path, body: body, key: key)
    }

    /// - Parameter key: the operator's where there is none.
    func send(_ method: String, _ path: String, body: String? = nil, key: String? = nil) async throws -> Answer {
        let url = URL(string: base + path)
        guard let url else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.setValue(key ?? keys.operate, forHTTPHeaderField: "X-API-Key")
        if let body { request.httpBody = Data(body.utf8) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let json = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        return Answer(
            status: (response as? HTTPURLResponse)?.statusCode ?? 0, body: String(decoding: data, as: UTF8.self),
            json: json ?? [:])
    }
}
