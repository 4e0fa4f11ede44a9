import Foundation
import Testing

/// Receivers fall silent, one at each phase of the conversation: mail for others goes out beside them, their lanes come
/// back with the timeouts, and what was meant for them arrives when they answer again.
@Suite(.serialized) struct StuckReceiversHoldUpNobodyTests {
    @Test(.timeLimit(.minutes(4))) func othersAreServedAndTimeoutsFreeTheLanes() throws {
        guard let python = Tool.path("python3", neededFor: "receivers that hang") else { return }
        let folder = try TemporaryFolder()
        let receivers = try StuckReceivers(python)
        let submission = FreePort.next()
        let configuration = receivers.configuration(
            data: folder, submission: submission, queue: StuckReceivers.hurried, timeouts: StuckReceivers.shortTimeouts)
        let engine = try Engine.serve(configuration: configuration, port: submission, in: folder)
        for (place, phase) in StuckReceivers.phases.enumerated() {
            try receivers.hand(5, from: 10 * place, to: phase, through: submission)
        }
        let hang = try eventually { try receivers.stuck.count == StuckReceivers.phases.count }
        #expect(hang, "a conversation hangs at every phase")
        try receivers.hand(100, from: 1_000, to: "none", through: submission)
        let served = try eventually { try Set(1_000..<1_100).isSubset(of: receivers.arrived) }
        #expect(served, "\(engine.errors)")
        // A second conversation at each: the first one's lane has come back.
        let freed = try eventually(within: 60) {
            let stuck = try receivers.stuck
            return StuckReceivers.phases.allSatisfy { stuck[$0, default: 0] >= 2 }
        }
        #expect(freed, "each of them is tried again: \(engine.errors)")
        #expect(try receivers.arrived.count == 100)

        try receivers.heal()
        let expected = Set(StuckReceivers.phases.indices.flatMap { (10 * $0)..<(10 * $0 + 5) }).union(1_000..<1_100)
        let arrived = try eventually(within: 60) { try expected.isSubset(of: receivers.arrived) }
        let missing = try expected.subtracting(receivers.arrived).sorted()
        #expect(arrived, "missing: \(missing) \(engine.errors)")
        #expect(try receivers.arrived.count == expected.count, "none of them twice")
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }
}
