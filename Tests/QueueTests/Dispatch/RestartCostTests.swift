import Foundation
import Loop
import Mail
import MartletTesting
import Synchronization
import Testing

@testable import Queue

/// A million recovered deliveries, without the journal's own part of a restart. Figures on request, as in
/// `SchedulerCostTests`.
@Suite(
    .serialized, .timeLimit(.minutes(2)), .enabled(if: ProcessInfo.processInfo.environment["MARTLET_FIGURES"] != nil))
struct RestartCostTests {
    /// Has one and the same message under every number.
    private struct ConstantSpool: Spool {
        let message: AcceptedMessage
        func accept(_ message: AcceptedMessage) async throws(JournalFailure) -> UInt64 { 1 }
        func note(_ records: [JournalNote]) {}
        func commit(_ records: [JournalNote]) async -> Bool { true }
        func load(_ number: UInt64) async throws(JournalFailure) -> AcceptedMessage { message }
        var isHealthy: Bool { true }
    }

    private final class FirstDelivery: Transport {
        let at = Atomic<Int64>(0)
        func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
            _ = at.compareExchange(expected: 0, desired: SystemTime().now.nanoseconds, ordering: .relaxed)
            // Holds its lane: the figures are of the backlog, not of its delivery.
            try? await SystemTime().sleep(for: .seconds(100))
            return batch.envelope.recipients.map { _ in Outcome(.deferred(.shuttingDown)) }
        }
        func shutDown() async {}
    }

    private struct OneSite: Router {
        let transport: any Transport
        func knownRoute(to destination: Domain, isTest: Bool) -> RouteDecision? {
            .route(Route(site: "site", transport: transport, limits: SiteLimits()))
        }
        func route(to destination: Domain, isTest: Bool) async -> RouteDecision {
            .unroutable(Outcome(.deferred(.noRoute)))
        }
    }

    @Test func aMillion() async throws {
        let loops = try LoopGroup(count: 1)
        loops.start()
        let time = SystemTime()
        let content = Content(original: Array(Engine.text.utf8))
        let transport = FirstDelivery()
        let queue = DeliveryQueue(
            options: QueueOptions(),
            spool: ConstantSpool(
                message: AcceptedMessage(
                    id: Sample.id(0), tenant: Sample.tenant, at: time.wall, facts: Sample.facts(recipients: 1),
                    content: content)),
            router: OneSite(transport: transport), signer: nil, time: time, homes: loops.loops.map { ShardHome($0) })
        let count = 1_000_000
        let before = ResourceProbe.linux.residentBytes() ?? 0
        let pending = (0..<1_000).map {
            [PendingRecipient(recipient: 0, domain: Domain(canonical: "domain-number-\($0).example"))]
        }
        var recovered: [RecoveredMessage] = []
        recovered.reserveCapacity(count)
        for number in 0..<count {
            recovered.append(
                RecoveredMessage(
                    number: UInt64(number), id: Sample.id(number), tenant: Sample.tenant, at: time.wall,
                    stream: .transactional, isTest: false, notBefore: nil, pending: pending[number % 1_000], size: 1_000
                ))
        }
        let loaded = ResourceProbe.linux.residentBytes() ?? 0
        let intake = MemoryIntake(time: time)
        let start = time.now.nanoseconds
        await queue.start(recovered: recovered, notices: intake)
        recovered = []
        #expect(await queue.snapshot(sites: 0).counts.deliveries == count)
        let end = time.now.nanoseconds
        let after = ResourceProbe.linux.residentBytes() ?? 0
        let first = Double(transport.at.load(ordering: .relaxed) - start) / 1e9
        print(
            "figure restart: \(count) recovered, first delivery after \(first) s, all in the queue after "
                + "\(Double(end - start) / 1e9) s, recovered list \((loaded - before) >> 20) MiB, at the end "
                + "\((after - before) >> 20) MiB")
        loops.stop()
    }
}
