import Loop
import Mail
import MartletTesting
import Testing

@testable import Bench

@Suite struct APILineTests {
    private static let plan = {
        var plan = APIPlan(target: .loopback(port: 8025), extent: .messages(10), key: "k")
        plan.size = 10
        return plan
    }()

    /// One request against a server that says this, in pieces of so many bytes; `nil` for the end of the stream.
    private func post(_ answers: [String], pieces: Int) async throws -> [Result<APILine.Exchange, APILine.Failure>] {
        let link = MemoryLink(chunk: pieces)
        let loop = SimulatedLoop()
        return try await loop.run { _ in
            let server = link.server()
            for answer in answers { server.outbound.append(utf8: answer) }
            try await server.flush()
            server.shutdownWrite()
            let line = APILine(link.client(), content: APIContent(Self.plan), plan: Self.plan)
            var results: [Result<APILine.Exchange, APILine.Failure>] = []
            for number in 0...answers.count {
                do throws(APILine.Failure) {
                    results.append(.success(try await line.post(number, sent: 1, deadline: .distantFuture)))
                } catch { results.append(.failure(error)) }
            }
            return results
        }
    }

    private static let accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 25\r\n\r\n{\"data\":{\"id\":\"msg_1\"}} \n"

    @Test(arguments: [1, 2, 7, 64, 10_000]) func requestsFollowEachOtherOnOneConnection(pieces: Int) async throws {
        let chunked =
            "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "8\r\n{\"data\":\r\ne\r\n{\"id\":\"msg_2\"}\r\n1\r\n}\r\n0\r\n\r\n"
        let refused =
            "HTTP/1.1 429 Too Many\r\nConnection: close\r\n"
            + "Content-Length: 28\r\n\r\n{\"error\":{\"code\":\"too_many\"}}"
        let results = try await post([Self.accepted, chunked, refused], pieces: pieces)
        try #require(results.count == 4)
        let exchanges = results.compactMap { try? $0.get() }
        try #require(exchanges.count == 3)
        #expect(exchanges.map(\.answer.queued) == [1, 1, 0])
        #expect(exchanges.map(\.isKept) == [true, true, false])
        #expect(exchanges[2].answer.failure == "429 too_many")
        #expect(exchanges.allSatisfy { $0.answered >= $0.written })
        #expect(results[3] == .failure(.stream(.closed)))
    }

    @Test func whatIsNoAnswerEndsTheConnection() async throws {
        let results = try await post(["220 mail.example ESMTP\r\n"], pieces: 5)
        #expect(results.first == .failure(.violation(.statusLine)))
    }

    @Test func anAnswerThatStopsInTheMiddleIsAFailure() async throws {
        let results = try await post([String(Self.accepted.dropLast(5))], pieces: 100)
        #expect(results.first == .failure(.stream(.closed)))
    }
}
