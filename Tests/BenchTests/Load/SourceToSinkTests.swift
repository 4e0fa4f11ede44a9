import Loop
import Synchronization
import Testing

@testable import Bench

/// The real source and the real sink, over loopback.
@Suite(.timeLimit(.minutes(2))) struct SourceToSinkTests {
    struct Outcome {
        var source = Side()
        var sink = Side()

        struct Side {
            var done = 0
            var failed = 0
            var connections = 0
            var latencies = 0
            var remarks: [String] = []

            init() {}

            init(_ report: LoadReport?) {
                guard case .end(_, _, let done, let failed, let connections, let latency, let remarks) = report else {
                    return
                }
                self.done = done
                self.failed = failed
                self.connections = connections
                latencies = latency?.count ?? 0
                self.remarks = remarks
            }
        }
    }

    /// Sends a load to a sink and gives what both say in the end.
    private func send(
        _ behaviour: (inout SinkBehaviour) -> Void = { _ in }, _ change: (inout LoadPlan) -> Void = { _ in }
    ) async throws -> Outcome {
        var manners = SinkBehaviour()
        behaviour(&manners)
        let sink = try SMTPSink(manners, on: .loopback())
        var plan = LoadPlan(target: sink.address, extent: .messages(40))
        plan.size = 300
        plan.connections = 4
        plan.pause = .milliseconds(1)
        change(&plan)
        let source = try SMTPSource(plan)
        let ends = Ends()
        await withTaskGroup(of: Void.self) { group in
            let (isOver, over) = AsyncStream.makeStream(of: Void.self)
            group.addTask { await sink.run(ends.sink) { for await _ in isOver {} } }
            await source.run(ends.source)
            over.finish()
        }
        return ends.outcome
    }

    final class Ends: Sendable {
        private let reports = Mutex<(LoadReport?, LoadReport?)>((nil, nil))
        func source(_ report: LoadReport) { reports.withLock { $0.0 = report } }
        func sink(_ report: LoadReport) { reports.withLock { $0.1 = report } }
        var outcome: Outcome {
            reports.withLock { Outcome(source: .init($0.0), sink: .init($0.1)) }
        }
    }

    @Test func everyMessageArrivesOnce() async throws {
        let outcome = try await send()
        #expect(outcome.source.done == 40)
        #expect(outcome.source.failed == 0)
        #expect(outcome.source.connections == 4)
        #expect(outcome.source.latencies == 40)
        #expect(outcome.sink.done == 40)
        #expect(outcome.sink.latencies == 40)
        #expect(outcome.sink.connections == 4)
    }

    @Test(arguments: [0, 1, 300, 8_190, 8_200, 200_000])
    func bodiesOfAllSizesArrive(size: Int) async throws {
        let outcome = try await send(
            { _ in },
            { plan in
                plan.size = size
                plan.extent = .messages(8)
            })
        #expect(outcome.source.done == 8)
        #expect(outcome.sink.done == 8)
        #expect(outcome.sink.latencies == 8)
    }

    @Test func aConnectionForEachMessage() async throws {
        let outcome = try await send({ _ in }, { $0.perConnection = 1 })
        #expect(outcome.source.done == 40)
        #expect(outcome.source.connections == 40)
        #expect(outcome.sink.done == 40)
    }

    @Test func pipelinedEnvelopesArrive() async throws {
        let outcome = try await send({ _ in }, { $0.isPipelining = true })
        #expect(outcome.source.done == 40)
        #expect(outcome.sink.done == 40)
        let refusing = try await send({ $0.offersPipelining = false }, { $0.isPipelining = true })
        #expect(refusing.sink.done == 40)
    }

    @Test func underTLSTheyArriveAsWell() async throws {
        let outcome = try await send({ $0.offersTLS = true }, { $0.isTLS = true })
        #expect(outcome.source.done == 40)
        #expect(outcome.sink.done == 40)
    }

    @Test func aSinkWithoutTLSGetsNothingOfATLSLoad() async throws {
        let outcome = try await send(
            { _ in },
            { plan in
                plan.isTLS = true
                plan.extent = .messages(4)
            })
        #expect(outcome.source.done == 0)
        #expect(outcome.source.failed == 4)
        #expect(outcome.source.remarks == ["reply 502: 20 times"])
        #expect(outcome.sink.done == 0)
    }

    @Test(arguments: [false, true])
    func whatIsPutOffIsTriedAgainAndCountedOnce(isPipelining: Bool) async throws {
        let outcome = try await send(
            { $0.temporary = 0.3 },
            { plan in
                plan.isPipelining = isPipelining
                plan.attempts = 100
            })
        #expect(outcome.source.done == 40)
        #expect(outcome.source.failed == 0)
        #expect(outcome.sink.done == 40)
        #expect(outcome.sink.failed > 0)
        #expect(outcome.source.remarks == ["reply 451: \(outcome.sink.failed) times"])
    }

    @Test func refusedForGoodIsFailedOnce() async throws {
        let outcome = try await send(
            {
                $0.permanent = 1
                $0.scope = .message
            },
            { plan in
                plan.attempts = 2
                plan.extent = .messages(6)
            })
        #expect(outcome.source.done == 0)
        #expect(outcome.source.failed == 6)
        #expect(outcome.sink.done == 0)
        #expect(outcome.sink.failed == 12)
    }

    @Test(
        arguments: [
            SinkBehaviour.Phase.connect, .greeting, .ehlo, .mail, .rcpt, .data, .content, .afterContent,
        ])
    func aBrokenConnectionCostsNoMessage(phase: SinkBehaviour.Phase) async throws {
        let outcome = try await send(
            { $0.drops = [phase: 0.3] },
            { plan in
                plan.attempts = 100
                plan.perConnection = 4
                // Content that does not fit into one read, so that it has a middle.
                plan.size = phase == .content ? 100_000 : 300
            })
        #expect(outcome.source.done == 40)
        #expect(outcome.source.failed == 0)
        #expect(outcome.sink.done == 40)
        // Without a break it would be ten.
        #expect(outcome.source.connections > 10)
    }

    @Test func limitsOfTheSinkAreLivedWith() async throws {
        let outcome = try await send(
            {
                $0.messageLimit = 3
                $0.connectionLimit = 3
            }, { $0.attempts = 100 })
        #expect(outcome.source.done == 40)
        #expect(outcome.sink.done == 40)
    }

    @Test func nobodyListensAndTheCountIsRight() async throws {
        let gone = try SMTPSink(SinkBehaviour(), on: .loopback()).address
        var plan = LoadPlan(target: gone, extent: .messages(5))
        plan.attempts = 2
        plan.pause = .milliseconds(1)
        let ends = Ends()
        await (try SMTPSource(plan)).run(ends.source)
        #expect(ends.outcome.source.done == 0)
        #expect(ends.outcome.source.failed == 5)
    }

    @Test func aRateIsKeptToByTheNumberOfMessages() async throws {
        let outcome = try await send(
            { _ in },
            { plan in
                plan.rate = 400
                plan.extent = .time(.milliseconds(250))
            })
        #expect(outcome.source.done == 100)
        #expect(outcome.sink.done == 100)
    }

    @Test func slowAndLateSinksTakeEverything() async throws {
        let outcome = try await send(
            {
                $0.latency = .milliseconds(1)
                $0.bytesPerSecond = 1 << 20
            }, { $0.extent = .messages(8) })
        #expect(outcome.source.done == 8)
        #expect(outcome.sink.done == 8)
    }
}
