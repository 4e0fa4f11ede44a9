import Foundation
import Loop
import Mail
import Synchronization
import Testing

@testable import Bench

@Suite(.timeLimit(.minutes(2))) struct APISourceTests {
    private struct Ending {
        var done = 0
        var failed = 0
        var connections = 0
        var latency: BenchRun.Latency?
        var remarks: [String] = []
    }

    private func run(
        _ server: ScriptedAPI, _ extent: LoadPlan.Extent, _ change: (inout APIPlan) -> Void = { _ in }
    )
        async throws -> Ending
    {
        var plan = APIPlan(target: server.address, extent: extent, key: "mt_live_k")
        plan.size = 20
        plan.connections = 3
        plan.pause = .milliseconds(1)
        change(&plan)
        let reports = Mutex<[LoadReport]>([])
        try await APISource(plan).run { report in reports.withLock { $0.append(report) } }
        server.stop()
        let all = reports.withLock { $0 }
        guard case .ready = all.first,
            case .end(let first, let last, let done, let failed, let connections, let latency, let remarks) = all.last
        else {
            Issue.record("\(all)")
            return Ending()
        }
        #expect(last >= first)
        return Ending(done: done, failed: failed, connections: connections, latency: latency, remarks: remarks)
    }

    /// The numbers of the messages in a body, which stand behind the time they were sent.
    private func numbers(_ body: String) -> [Int] {
        body.matches(of: /"X-Bench-Sent":"(\d+) (\d+)"/).compactMap { Int($0.2) }
    }

    @Test func everyMessageIsSentOnceOverConnectionsThatAreKept() async throws {
        let server = try ScriptedAPI { _, _ in .json(202, "{\"data\":{\"id\":\"msg_1\"}}") }
        let ending = try await run(server, .messages(50))
        #expect(ending.done == 50)
        #expect(ending.failed == 0)
        #expect(ending.connections <= 3)
        #expect(ending.latency?.count == 50)
        #expect(ending.remarks == [])
        #expect(server.requests.flatMap(numbers).sorted() == Array(0..<50))
    }

    @Test func aBatchCountsByWhatTheAnswerSays() async throws {
        let server = try ScriptedAPI { _, body in
            let sent = body.matches(of: /X-Bench-Sent/).count
            return .json(200, "{\"data\":{\"total\":\(sent),\"queued\":\(sent - 1),\"errors\":1,\"messages\":[]}}")
        }
        let ending = try await run(server, .messages(25)) { $0.batch = 10 }
        #expect(server.requests.flatMap(numbers).sorted() == Array(0..<25))
        #expect(server.requests.map { numbers($0).count }.sorted() == [5, 10, 10])
        #expect(ending.done == 22)
        #expect(ending.failed == 3)
        #expect(ending.latency?.count == 3)
        #expect(ending.remarks == ["200 with messages that were not queued: 3 times"])
    }

    @Test func whatIsPutOffIsTriedAgain() async throws {
        let server = try ScriptedAPI { number, _ in
            number < 2
                ? .json(503, "{\"error\":{\"code\":\"storage_unavailable\"}}")
                : .json(202, "{\"data\":{\"id\":\"msg_1\"}}")
        }
        let ending = try await run(server, .messages(5)) { $0.connections = 1 }
        #expect(ending.done == 5)
        #expect(ending.failed == 0)
        #expect(ending.remarks == ["503 storage_unavailable: 2 times"])
        #expect(server.requests.map { numbers($0)[0] } == [0, 0, 0, 1, 2, 3, 4])
    }

    @Test func whatIsRefusedIsNot() async throws {
        let server = try ScriptedAPI { number, _ in
            number % 2 == 0
                ? .json(400, "{\"error\":{\"code\":\"invalid_to_address\"}}")
                : .json(202, "{\"data\":{\"id\":\"msg_1\"}}")
        }
        let ending = try await run(server, .messages(6)) { $0.connections = 1 }
        #expect(ending.done == 3)
        #expect(ending.failed == 3)
        #expect(ending.remarks == ["400 invalid_to_address: 3 times"])
        #expect(server.requests.count == 6)
    }

    @Test func attemptsHaveAnEnd() async throws {
        let server = try ScriptedAPI { _, _ in .json(429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}") }
        let ending = try await run(server, .messages(4)) {
            $0.connections = 2
            $0.attempts = 3
        }
        #expect(ending.done == 0)
        #expect(ending.failed == 4)
        #expect(ending.latency == nil)
        #expect(server.requests.count == 12)
    }

    @Test func aConnectionThatIsClosedIsOpenedAgain() async throws {
        let server = try ScriptedAPI { _, _ in .json(202, "{\"data\":{\"id\":\"msg_1\"}}", closes: true) }
        let ending = try await run(server, .messages(6)) { $0.connections = 2 }
        #expect(ending.done == 6)
        #expect(ending.connections == 6)
        #expect(ending.remarks == [])
    }

    @Test func aServerThatSpeaksSomethingElseIsNamed() async throws {
        let server = try ScriptedAPI { _, _ in .init(text: "220 mail.example ESMTP\r\n") }
        let ending = try await run(server, .messages(1)) { $0.attempts = 2 }
        #expect(ending.failed == 1)
        #expect(ending.remarks == ["no HTTP answer (statusLine): 2 times"])
    }

    @Test func nobodyThereIsAFailureOfEveryMessage() async throws {
        let server = try ScriptedAPI { _, _ in .json(202, "") }
        server.stop()
        let ending = try await run(server, .messages(5)) { $0.attempts = 2 }
        #expect(ending.failed == 5)
        #expect(ending.done == 0)
        #expect(ending.connections == 0)
        #expect(ending.remarks == ["connection refused: 10 times"])
    }

    @Test func aStoppedLoadReportsItsEnd() async throws {
        let server = try ScriptedAPI { _, _ in .json(202, "{\"data\":{\"id\":\"msg_1\"}}") }
        var plan = APIPlan(target: server.address, extent: .time(.seconds(3_600)), key: "k")
        plan.connections = 2
        let source = try APISource(plan)
        let last = Mutex<LoadReport?>(nil)
        await source.run { report in
            last.withLock { $0 = report }
            if case .tick = report { source.stop() }
        }
        server.stop()
        guard case .end(_, _, let done, let failed, _, _, _) = last.withLock({ $0 }) else {
            Issue.record("no end")
            return
        }
        #expect(done == server.requests.count)
        #expect(failed == 0)
    }

    @Test func namesOfFailuresAreNotKeptWithoutLimit() {
        var tally = APIShard.Tally()
        for number in 0..<100 { tally.count("failure \(number)") }
        #expect(tally.failures.count == 33)
        #expect(tally.failures["other"] == 68)
    }
}
