import Loop
import Mail
import Testing

@testable import MTA

/// A limit on connections holds for sockets, not for lanes: counted where they arrive.
@Suite(.timeLimit(.minutes(1))) struct ConnectionCountTests {
    private static let first = EgressSource(name: "first", addresses: [.v4(0x7F00_0002)], heloName: "first.test")
    private static let second = EgressSource(name: "second", addresses: [.v4(0x7F00_0003)], heloName: "second.test")

    /// One lane and two sources in turn: without a limit the idle connection of the other source stays; with one it
    /// goes first. The same sink sees both, so the count is one that can be exceeded.
    @Test(arguments: [true, false]) func anIdleConnectionOfAnotherSourceMakesRoom(_ closes: Bool) async throws {
        for limit in [nil, 1] as [Int?] {
            guard let sink = try CountingSink(closes: closes, needs: "ConnectionCountTests") else { return }
            defer { sink.stop() }
            try await Wire.withLoops { loops in
                let transport = Wire.transport(to: sink.port, loops: loops)
                for number in 0..<6 {
                    var batch = Wire.batch()
                    batch.source = number.isMultiple(of: 2) ? Self.first : Self.second
                    batch.connections.siteConnections = limit
                    #expect(await transport.carry(batch, on: Wire.lane).map(\.verdict) == [.delivered])
                }
                let figures = try sink.figures()
                #expect(figures.most == limit ?? 2)
                #expect(
                    figures.connections
                        == (limit == nil
                            ? ["127.0.0.2": 1, "127.0.0.3": 1]
                            : ["127.0.0.2": 3, "127.0.0.3": 3]))
                #expect(figures.messages == ["127.0.0.2 first.test": 3, "127.0.0.3 second.test": 3])
                await transport.shutDown()
            }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var lanes: Int
        var limit: Int
        /// Of (site, source) for the first one.
        var sourceLimit: Int?
        var closes: Bool
        var testDescription: String { "\(lanes) lanes, \(limit) connections, \(sourceLimit ?? 0), closes: \(closes)" }
    }

    /// Lanes that come and go, two sources, connections that end by age, by number of messages and for others' sake.
    @Test(arguments: [
        Case(lanes: 5, limit: 5, sourceLimit: nil, closes: true),
        Case(lanes: 5, limit: 5, sourceLimit: nil, closes: false),
        Case(lanes: 4, limit: 6, sourceLimit: 4, closes: true),
        Case(lanes: 1, limit: 1, sourceLimit: nil, closes: true),
        Case(lanes: 3, limit: 3, sourceLimit: 3, closes: false),
    ])
    func neverMoreConnectionsThanTheLimit(_ item: Case) async throws {
        guard let sink = try CountingSink(closes: item.closes, needs: "ConnectionCountTests") else { return }
        defer { sink.stop() }
        let rounds = 6
        let messages = 12
        try await Wire.withLoops { loops in
            let transport = Wire.transport(to: sink.port, loops: loops) {
                $0.client.limits.messagesPerConnection = 5
                $0.client.limits.idleTimeout = .milliseconds(20)
            }
            var undelivered: [Verdict] = []
            for round in 0..<rounds {
                undelivered += await withTaskGroup(of: [Verdict].self) { group in
                    for lane in 0..<item.lanes {
                        group.addTask {
                            await SourceRunner(loop: loops[0], seed: UInt64(round * 100 + lane)).run(
                                transport, lane: lane, messages, [Self.first, Self.second], item)
                        }
                    }
                    return await group.reduce(into: []) { $0 += $1 }
                }
            }
            #expect(undelivered.isEmpty)
            let figures = try sink.figures()
            #expect(figures.most <= item.limit)
            if let limit = item.sourceLimit { #expect(figures.mostFrom["127.0.0.2", default: 0] <= limit) }
            // The limit was reached, and connections were renewed: the count was put to the test.
            #expect(figures.most == min(item.lanes, item.limit) || item.lanes < item.limit)
            #expect(figures.connections.values.reduce(0, +) > item.lanes * rounds)
            #expect(figures.messages.values.reduce(0, +) == item.lanes * rounds * messages)
            #expect(Set(figures.messages.keys) == ["127.0.0.2 first.test", "127.0.0.3 second.test"])
            await transport.shutDown()
        }
    }
}

/// A lane that gives each batch to a source by chance, and lies still now and then.
private actor SourceRunner {
    private let loop: EventLoop
    private var generator: SplitMix
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, seed: UInt64) {
        self.loop = loop
        generator = SplitMix(seed: seed)
    }

    func run(
        _ transport: SMTPTransport, lane: Int, _ count: Int, _ sources: [EgressSource],
        _ item: ConnectionCountTests.Case
    ) async -> [Verdict] {
        var undelivered: [Verdict] = []
        for _ in 0..<count {
            var batch = Wire.batch()
            let number = Int.random(in: 0..<sources.count, using: &generator)
            batch.source = sources[number]
            batch.connections.siteConnections = item.limit
            if number == 0 { batch.connections.sourceConnections = item.sourceLimit }
            let verdicts = await transport.carry(batch, on: Lane(site: "s", shard: 0, number: lane)).map(\.verdict)
            undelivered += verdicts.filter { $0 != .delivered }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                try? await loop.time.sleep(for: .milliseconds(Int64.random(in: 5...30, using: &generator)))
            }
        }
        return undelivered
    }
}
