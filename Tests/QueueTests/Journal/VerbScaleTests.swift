import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@testable import Queue

/// Verbs over a large queue with a real journal. The ordinary run asserts counts alone; with `MARTLET_FIGURES` a
/// million deliveries are measured.
@Suite(.serialized, .timeLimit(.minutes(10))) struct VerbScaleTests {
    private static let wantsFigures = ProcessInfo.processInfo.environment["MARTLET_FIGURES"] != nil

    /// Nobody connects: all of it waits or is ready.
    private struct Sites: Router {
        let transport: any Transport
        func knownRoute(to destination: Domain, isTest: Bool) -> RouteDecision? {
            .route(Route(site: "direct:\(destination.text)", transport: transport, limits: SiteLimits(connections: 1)))
        }
        func route(to destination: Domain, isTest: Bool) async -> RouteDecision {
            .unroutable(Outcome(.deferred(.noRoute)))
        }
    }

    @Test func `a large queue is suspended and given up, and stays so after a restart`() async throws {
        try await run(count: 20_000, domains: 2_000)
    }

    @Test(.enabled(if: wantsFigures)) func `a million deliveries are suspended and given up`() async throws {
        try await run(count: 1_000_000, domains: 100_000)
    }

    private func run(count: Int, domains: Int) async throws {
        try await JournalSample.withFolder { folder in
            let clock = ContinuousClock()
            let time = SystemTime()
            // One who sends to ten recipients at a time, and one who sends to one.
            let messages = count * 11 / 20
            try await fill(folder, messages: messages, domains: domains)
            let opened = try Journal.open(JournalOptions(folder: folder), time: time)
            #expect(opened.recovered.reduce(0) { $0 + $1.pending.count } == messages / 11 * 20)
            let loops = try LoopGroup(count: 1)
            loops.start()
            let transport = RecordingTransport { batch, _ in
                batch.envelope.recipients.map { _ in Outcome(.delivered) }
            }
            let spool = JournalSpool(opened.journal, reads: BlockingPool(name: "reads", threads: 1))
            let queue = DeliveryQueue(
                options: QueueOptions(), spool: spool, router: Sites(transport: transport), signer: nil, time: time,
                homes: loops.loops.map { ShardHome($0) })
            // Before the first pull nothing may leave: the tenants are held from the beginning.
            let tenants = [0, 1].map { UUIDv7(high: 0x7000, low: UInt64($0)) }
            let recovered = opened.recovered
            await queue.start(recovered: [], notices: Nobody())
            var elapsed = clock.now
            for tenant in tenants {
                _ = try await queue.suspend(.tenant(tenant), until: nil, by: "", reason: "")
            }
            await queue.admit(recovered: RecoveredMail(parts: [recovered]), lastRecord: nil)
            let total = await queue.snapshot(sites: 0).counts.deliveries
            #expect(total == messages / 11 * 20)
            let before = Self.resident()
            let suspending = clock.now
            _ = try await queue.suspend(.tenant(tenants[0]), until: nil, by: "", reason: "")
            _ = try await queue.suspend(.site("direct:d1.test"), until: nil, by: "", reason: "")
            let suspended = clock.now - suspending
            Self.resetPeak()
            elapsed = clock.now
            var selector = QueueSelector()
            selector.everything = true
            let result = try await queue.bounce(selector, by: "ops", reason: "the list was bought")
            let bouncing = clock.now - elapsed
            let peak = Self.peak()
            #expect(result.deliveries == total && result.messages == messages && result.underWay == 0)
            #expect(await queue.snapshot(sites: 0).counts.deliveries == 0)
            #expect(transport.carried.isEmpty)
            if count >= 1_000_000 {
                let ratio = Double(peak) / Double(max(1, before))
                print(
                    "figure verbs: \(total) deliveries in \(messages) messages to \(domains) domains:",
                    "2 suspends \(suspended), bounce \(bouncing),",
                    "\(before >> 20) MiB before, peak \(peak >> 20) MiB (\(ratio))")
            }
            _ = await queue.drain(deadline: time.now + .seconds(10))
            opened.journal.close()
            loops.stop()
            let again = try Journal.open(JournalOptions(folder: folder), time: time)
            #expect(again.recovered.isEmpty)
            again.journal.close()
        }
    }

    private struct Nobody: Intake {
        func accept(_ submission: Submission) async throws(Refusal) -> Receipt { throw .shuttingDown }
    }

    private func fill(_ folder: String, messages: Int, domains: Int) async throws {
        let (journal, _, _) = try Journal.open(JournalOptions(folder: folder), time: SystemTime())
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<100 {
                group.addTask {
                    for index in stride(from: lane, to: messages, by: 100) {
                        let isMany = index % 11 == 0
                        var message = JournalSample.message(
                            index,
                            recipients: (0..<(isMany ? 10 : 1)).map { "u\($0)@d\((index &* 7 &+ $0) % domains).test" },
                            size: 100)
                        message.at = SystemTime().wall
                        message.tenant = UUIDv7(high: 0x7000, low: UInt64(index % 2))
                        message.facts.stream = index % 3 == 0 ? .transactional : .broadcast
                        if index % 3 != 0 {
                            message.facts.campaign = UUIDv7(high: 0x7001, low: UInt64(index % 20))
                        }
                        _ = try? await journal.accept(message)
                    }
                }
            }
        }
        journal.close()
    }

    private static func status(_ key: String) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }),
            let number = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
        else { return 0 }
        return number << 10
    }

    private static func resident() -> Int { status("VmRSS:") }
    private static func peak() -> Int { status("VmHWM:") }
    private static func resetPeak() {
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        file.write(Data("5".utf8))
        try? file.close()
    }
}
