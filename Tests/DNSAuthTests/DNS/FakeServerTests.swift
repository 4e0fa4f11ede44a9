import Loop
import Mail
import Testing

@testable import DNSAuth

/// Real sockets, a real loop, and a server that lies.
@Suite(.timeLimit(.minutes(1))) struct FakeServerTests {
    private final class Rig {
        let loop: EventLoop
        let resolver: DNSResolver

        init(
            _ servers: [SocketAddress], timeout: Duration = .seconds(10),
            _ change: (inout ResolverOptions) -> Void = { _ in }
        ) throws {
            loop = try EventLoop(index: 0)
            loop.start()
            var options = ResolverOptions(servers: servers)
            options.timeout = timeout
            options.attempts = 1
            change(&options)
            resolver = DNSResolver(options: options, on: loop)
        }

        /// To be called at the end: a loop that is dropped with a question on it would never answer.
        func stop() { loop.stop() }
    }

    private static func truth(_ query: [UInt8], host: String = "mx.example") -> WireAnswer {
        var answer = WireAnswer(to: query)
        answer.answers = [WireAnswer.mx("example.org", 10, host)]
        return answer
    }

    private func exchanges(_ rig: Rig) async throws -> [String] {
        try await rig.resolver.mx("example.org").records.map(\.exchange)
    }

    @Test func forgeriesInFrontOfTheTruthAreIgnored() async throws {
        let server = try FakeServer { query, _ in
            let truth = Self.truth(query)
            var wrongID = Self.truth(query, host: "evil-id.example")
            wrongID.id ^= 0x8000
            var wrongQuestion = Self.truth(query, host: "evil-question.example")
            wrongQuestion.question[1] ^= 1
            var wrongType = Self.truth(query, host: "evil-type.example")
            wrongType.question[wrongType.question.count - 3] = 16
            return [
                .datagram([]), .datagram([0]), .datagram(Array(truth.bytes.prefix(11))), .datagram(query),
                .datagram(wrongID.bytes), .datagram(wrongQuestion.bytes), .datagram(wrongType.bytes),
                .datagramFromElsewhere(Self.truth(query, host: "evil-source.example").bytes), .datagram(truth.bytes),
            ]
        }
        let rig = try Rig([server.address])
        defer { rig.stop() }
        #expect(try await exchanges(rig) == ["mx.example"])
        #expect(server.count == 1)
    }

    @Test func withRandomCaseAnUnmirroredNameIsIgnored() async throws {
        let server = try FakeServer { query, _ in
            var lower = Self.truth(query, host: "evil.example")
            // A forger who does not see the query writes lower case; one letter of the sixteen suffices to give him
            // away.
            lower.question = WireAnswer.name("abcdefgh.example.org") + [0, 15, 0, 1]
            var truth = WireAnswer(to: query)
            truth.answers = [WireAnswer.mx("abcdefgh.example.org", 10, "mx.example")]
            return lower.question == truth.question
                ? [.datagram(truth.bytes)] : [.datagram(lower.bytes), .datagram(truth.bytes)]
        }
        let rig = try Rig([server.address]) { $0.randomCase = true }
        defer { rig.stop() }
        #expect(try await rig.resolver.mx("abcdefgh.example.org").records.map(\.exchange) == ["mx.example"])
    }

    @Test func malformedAnswersAndServerFailureGoToTheNextServer() async throws {
        let malformed = try FakeServer { query, _ in
            var answer = Self.truth(query)
            answer.answers = [[0xC0, 0xFF, 0xC0]]
            return [.datagram(answer.bytes)]
        }
        let failing = try FakeServer { query, _ in
            var answer = WireAnswer(to: query)
            answer.responseCode = 2
            return [.datagram(answer.bytes)]
        }
        let good = try FakeServer { query, _ in [.datagram(Self.truth(query).bytes)] }
        let rig = try Rig([malformed.address, failing.address, good.address])
        defer { rig.stop() }
        #expect(try await exchanges(rig) == ["mx.example"])
        #expect([malformed.count, failing.count, good.count] == [1, 1, 1])
    }

    @Test func aSilentServerCostsItsTimeoutOnce() async throws {
        let silent = try FakeServer { _, _ in [.silence] }
        let good = try FakeServer { query, _ in [.datagram(Self.truth(query).bytes)] }
        let rig = try Rig([silent.address, good.address], timeout: .milliseconds(100)) {
            $0.penalty = .seconds(600)
            $0.maximumPenalty = .seconds(600)
        }
        defer { rig.stop() }
        #expect(try await exchanges(rig) == ["mx.example"])
        _ = try await rig.resolver.mx("example.net")
        #expect([silent.count, good.count] == [1, 2])
    }

    @Test func aServerThatIsNotThereIsUnreachable() async throws {
        let nowhere = SocketAddress("127.0.0.1:\(try LoopbackSocket.freePort())")!
        let rig = try Rig([nowhere])
        defer { rig.stop() }
        await #expect(throws: ResolverFailure.unreachable) { try await rig.resolver.mx("example.org") }
    }

    @Test func aTruncatedAnswerWithoutTCPIsAFailure() async throws {
        let server = try FakeServer { query, _ in
            var answer = Self.truth(query)
            answer.flags |= 0x0200
            return [.datagram(answer.bytes)]
        }
        let rig = try Rig([server.address])
        defer { rig.stop() }
        await #expect(throws: ResolverFailure.unreachable) { try await rig.resolver.mx("example.org") }
        #expect(rig.resolver.counts.streams == 1)
    }

    @Test func equalQuestionsShareOnePacket() async throws {
        let server = try FakeServer { query, _ in [.datagram(Self.truth(query).bytes)] }
        let rig = try Rig([server.address])
        defer { rig.stop() }
        let resolver = rig.resolver
        let answers = try await withThrowingTaskGroup(of: Answer<MXRecord>.self) { group in
            for _ in 0..<500 { group.addTask { try await resolver.mx("example.org") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 500)
        #expect(Set(answers.map(\.records)).count == 1)
        #expect(server.count == 1)
        let counts = rig.resolver.counts
        #expect(counts.misses == 1 && counts.datagrams == 1)
    }

    @Test func manyQuestionsPassAFewSocketsAtATime() async throws {
        let server = try FakeServer { query, _ in
            var answer = WireAnswer(to: query)
            answer.responseCode = 3
            return [.datagram(answer.bytes)]
        }
        let rig = try Rig([server.address]) { $0.maximumInFlight = 8 }
        defer { rig.stop() }
        let resolver = rig.resolver
        let good = try await withThrowingTaskGroup(of: Bool.self) { group in
            for n in 0..<1_000 { group.addTask { try await resolver.mx("n\(n).example").status == .nonexistent } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(good == 1_000)
        #expect(server.count == 1_000)
        // RFC 5452 §9.2: ports and identifiers are spread, not counted up.
        #expect(Set(server.ports).count > 500)
        #expect(Set(server.identifiers).count > 900)
        let ids = server.identifiers.map { Int($0) }
        #expect(zip(ids, ids.dropFirst()).filter { $1 == $0 + 1 }.count < 20)
    }
}
