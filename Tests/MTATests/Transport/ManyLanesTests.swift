import Glibc
import Loop
import Mail
import Testing

@testable import MTA

/// Many lanes over kept connections at full speed: no message is lost, and no wait misses what it waits for.
@Suite(.timeLimit(.minutes(1))) struct ManyLanesTests {
    private static let lanes = 20
    private static let messagesPerLane = 250

    @Test func keepsTwentyLanesBusy() async throws {
        let port = try RealServer.freePort()
        let user = getuid() == 0 ? ["-u", "nobody"] : []
        let sink = RealServer("/usr/sbin/smtp-sink", user + ["127.0.0.1:\(port)", "100"], needs: "ManyLanesTests")
        guard let sink else { return }
        try await Wire.withLoops { loops in
            #expect(await RealServer.waitFor(port: port, on: loops[0]))
            let transport = Wire.transport(to: port, loops: loops) {
                // A reply that was missed shows as a timeout, since a sink on this machine is never silent for so long.
                $0.client.timeouts.mail = .seconds(10)
                $0.client.timeouts.finalDot = .seconds(10)
            }
            let undelivered = await withTaskGroup(of: [Verdict].self) { group in
                for number in 0..<Self.lanes {
                    group.addTask { await Self.send(over: transport, on: loops[0], lane: number) }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(undelivered.isEmpty)
            await transport.shutDown()
        }
        sink.stop()
    }

    /// As the queue does it: one batch at a time, on the executor of the lane's shard.
    private static func send(over transport: SMTPTransport, on loop: EventLoop, lane number: Int) async -> [Verdict] {
        await LaneRunner(loop: loop).run(transport, Lane(site: "s", shard: 0, number: number), messagesPerLane)
    }
}

private actor LaneRunner {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) { self.loop = loop }

    func run(_ transport: SMTPTransport, _ lane: Lane, _ count: Int) async -> [Verdict] {
        var undelivered: [Verdict] = []
        for _ in 0..<count {
            let verdicts = await transport.carry(Wire.batch(), on: lane).map(\.verdict)
            undelivered += verdicts.filter { $0 != .delivered }
        }
        return undelivered
    }
}
