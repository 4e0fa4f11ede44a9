import Mail
import Synchronization
import Testing

@testable import Queue
@testable import Service

/// What an operator and a tenant may ask of the queue, without HTTP.
@Suite struct QueueServiceTests {
    private struct Rig {
        let house: House
        let desk: SilentDesk
        let service: QueueService
        let operate: Caller

        init() async throws {
            house = try await House()
            desk = SilentDesk()
            let keys = house.keys
            service = QueueService(
                desk: desk, store: house.queue, progress: house.queue, keys: keys,
                tenants: TenantService(store: house.stores, time: house.time), time: house.time)
            let key = try await keys.create(name: "night shift", mode: .live, scopes: [.operate], tenant: house.tenant)
            operate = try await keys.authenticate(key.text)
        }
    }

    @Test func `Without the operator's scope nothing is even asked`() async throws {
        let rig = try await Rig()
        var caller = rig.house.caller
        caller.scopes.remove(.operate)
        let service = rig.service
        var target = QueueTarget()
        target.everything = true
        let everything = target
        let who = caller
        let calls: [() async throws -> Void] = [
            { _ = try await service.summary(by: who) }, { _ = try await service.sites(limit: 1, by: who) },
            { _ = try await service.site("s", by: who) }, { _ = try await service.holds(by: who) },
            { _ = try await service.sources(by: who) }, { _ = try await service.pools(by: who) },
            { _ = try await service.warmups(by: who) }, { _ = try await service.reloadShaping(by: who) },
            { _ = try await service.suspend(SuspendRequest(), by: who) },
            { _ = try await service.resume(HoldTarget(), by: who) },
            { _ = try await service.resume(hold: "", by: who) },
            { _ = try await service.flush(everything, by: who) }, { _ = try await service.cancel(everything, by: who) },
            { _ = try await service.bounce(everything, reason: "r", by: who) },
            { _ = try await service.reroute(everything, to: nil, by: who) },
            { _ = try await service.change(warmup: "m", group: nil, .resume, by: who) },
        ]
        for call in calls { #expect(await failure(call)?.code == .missingScope) }
        #expect(rig.desk.questions == 0)
    }

    @Test func `A suspension bears the name of the key, and of the key's identifier when it is gone`() async throws {
        let rig = try await Rig()
        var request = SuspendRequest()
        request.scope = HoldTarget()
        request.scope?.site = "direct:@google"
        request.lasting = "4h"
        let hold = try await rig.service.suspend(request, by: rig.operate)
        #expect(hold.by == "night shift" && hold.until == rig.house.time.wall + .seconds(14_400))
        #expect(hold.scopeWords == "site direct:@google")
        var ghost = rig.operate
        ghost.key = UUIDv7(high: 1, low: 2)
        #expect(try await rig.service.suspend(request, by: ghost).by == "key \(ghost.key)")
    }

    @Test func `Everything that is wrong is told at once`() async throws {
        let rig = try await Rig()
        var target = QueueTarget()
        target.tenant = "acme"
        target.stream = "bulk"
        target.site = ""
        let wrong = target
        let service = rig.service
        let caller = rig.operate
        let refused = await failure { _ = try await service.bounce(wrong, reason: nil, by: caller) }
        #expect(
            Set(refused?.details.map(\.field) ?? []) == [
                "selector.tenant", "selector.stream", "selector.site", "reason",
            ])
        #expect(rig.desk.questions == 0)
    }

    @Test func `An operator finds a message of any tenant, a tenant its own`() async throws {
        let rig = try await Rig()
        let other = UUIDv7(at: rig.house.time.wall, random: (9, 9))
        try await rig.house.stores.insert(Tenant(id: other, name: "theirs", createdAt: rig.house.time.wall))
        let id = UUIDv7(at: rig.house.time.wall, random: (5, 5))
        var submission = try await Self.submission(rig.house)
        submission.id = id
        submission.tenant = other
        _ = try await rig.house.queue.accept(submission)
        let caught = rig.house.queue.catchUps
        #expect(try await rig.service.explain(id, by: rig.operate).id == id)
        #expect(rig.house.queue.catchUps == caught + 1, "what was durable when it was asked is seen")
        var tenant = rig.house.caller
        tenant.scopes = [.messagesRead]
        let service = rig.service
        let ours = tenant
        #expect(await failure { _ = try await service.explain(id, by: ours) }?.code == .notFound)
        tenant.tenant = other
        let theirs = tenant
        #expect(await failure { _ = try await service.explain(id, by: theirs) } == nil)
        tenant.scopes = [.messagesSend]
        let sender = tenant
        #expect(await failure { _ = try await service.explain(id, by: sender) }?.code == .missingScope)
    }

    private static func submission(_ house: House) async throws -> Submission {
        _ = try await house.messages().send(House.request(), by: house.caller)
        return try #require(house.queue.submissions.last)
    }
}

/// A queue that has nothing and takes every order.
private final class SilentDesk: QueueDesk {
    private let count = Atomic(0)

    var questions: Int { count.load(ordering: .relaxed) }
    private func ask() { count.add(1, ordering: .relaxed) }

    func summary() async -> QueueSummary {
        ask()
        return QueueSummary()
    }
    func sites(limit: Int) async -> [SiteDetail] {
        ask()
        return []
    }
    func site(named name: String) async -> SiteDetail? {
        ask()
        return nil
    }
    func explanations(of message: UUIDv7) async -> [DeliveryExplanation] { [] }
    func holds() async -> [Hold] {
        ask()
        return []
    }
    func suspend(
        _ scope: Hold.Scope, until: WallTime?, by: String, reason: String
    ) async throws(ControlFailure) -> Hold {
        ask()
        let now = WallTime(milliseconds: 0)
        return Hold(
            id: UUIDv7(at: now), scope: scope, cause: .operator(by: by, reason: reason), since: now, until: until)
    }
    func resume(_ scope: Hold.Scope) async throws(ControlFailure) -> [Hold] {
        ask()
        return []
    }
    func resume(hold id: UUIDv7) async throws(ControlFailure) -> Hold { throw .unknownHold }
    func flush(_ selector: QueueSelector) async throws(ControlFailure) -> VerbResult { done() }
    func cancel(_ selector: QueueSelector) async throws(ControlFailure) -> VerbResult { done() }
    func bounce(
        _ selector: QueueSelector, by: String, reason: String
    ) async throws(ControlFailure) -> VerbResult { done() }
    func reroute(_ selector: QueueSelector, to pool: String?) async throws(ControlFailure) -> VerbResult { done() }

    private func done() -> VerbResult {
        ask()
        return VerbResult()
    }
}
