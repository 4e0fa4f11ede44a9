import Foundation
import Loop
import Mail
import Testing

@testable import Bench

@Suite struct APIContentTests {
    private struct Message: Decodable, Equatable {
        var from: String
        var to: String
        var subject: String
        var text: String
        var headers: [String: String]
        var tracking: [String: Bool]
    }

    private struct Batch: Decodable { var messages: [Message] }

    private func request(_ plan: APIPlan, first: Int, count: Int) throws -> (head: [String], body: Data) {
        var out = Bytes()
        APIContent(plan).append(first: first, count: count, sent: 1_234_567, to: &out)
        let text = String(decoding: out.copy(), as: UTF8.self)
        let parts = text.components(separatedBy: "\r\n\r\n")
        try #require(parts.count == 2)
        return (parts[0].components(separatedBy: "\r\n"), Data(parts[1].utf8))
    }

    private func plan(_ extent: LoadPlan.Extent = .messages(10)) -> APIPlan {
        APIPlan(target: .loopback(port: 8025), extent: extent, key: "mt_live_x")
    }

    @Test func aRequestIsWholeAndSaysHowLongItIs() throws {
        var plan = plan()
        plan.domains = 3
        let (head, body) = try request(plan, first: 4, count: 1)
        #expect(
            head == [
                "POST /v1/messages/send HTTP/1.1", "Host: 127.0.0.1:8025", "Authorization: Bearer mt_live_x",
                "Content-Type: application/json", "Content-Length: \(body.count)",
            ])
        let message = try JSONDecoder().decode(Message.self, from: body)
        #expect(message.from == "a@src.example")
        #expect(message.to == "u@d1.example")
        #expect(message.headers == ["X-Bench-Sent": "1234567 4"])
        #expect(message.tracking == ["opens": false, "clicks": false])
    }

    @Test(arguments: [1, 2, 78, 80, 81, 1_024, 100_000]) func theTextHasTheSizeAskedFor(size: Int) throws {
        var plan = plan()
        plan.size = size
        let (_, body) = try request(plan, first: 0, count: 1)
        let text = try JSONDecoder().decode(Message.self, from: body).text
        // As the engine writes it: with CRLF.
        #expect(text.utf8.count + text.utf8.count { $0 == 10 } == max(size, 2))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 78 })
    }

    @Test func aBatchHasOneMessageAfterTheOther() throws {
        var plan = plan()
        plan.batch = 4
        let (head, body) = try request(plan, first: 8, count: 3)
        #expect(head[0] == "POST /v1/messages/batch HTTP/1.1")
        #expect(head.last == "Content-Length: \(body.count)")
        let messages = try JSONDecoder().decode(Batch.self, from: body).messages
        #expect(messages.map { $0.headers["X-Bench-Sent"] } == ["1234567 8", "1234567 9", "1234567 10"])
    }

    @Test(arguments: [(0, 1), (5, 11), (95, 20), (999, 2), (0, 1_000)])
    func aBatchIsAsLongAsItSays(first: Int, count: Int) throws {
        var plan = plan()
        plan.batch = 1_000
        plan.domains = 12
        let (head, body) = try request(plan, first: first, count: count)
        #expect(head.last == "Content-Length: \(body.count)")
        #expect(try JSONDecoder().decode(Batch.self, from: body).messages.count == count)
    }

    @Test func theSameSeedMakesTheSameText() {
        #expect(APIContent.text(size: 500, seed: 1) == APIContent.text(size: 500, seed: 1))
        #expect(APIContent.text(size: 500, seed: 1) != APIContent.text(size: 500, seed: 2))
    }

    @Test func theLastRequestHasWhatIsLeft() {
        var plan = plan(.messages(10))
        plan.batch = 4
        #expect(plan.requests == .messages(3))
        #expect((0..<3).map(plan.messages(in:)) == [4, 4, 2])
        plan.batch = 5
        #expect(plan.requests == .messages(2))
        plan.extent = .time(.seconds(1))
        #expect(plan.requests == .time(.seconds(1)))
        #expect(plan.messages(in: 1_000) == 5)
        plan.batch = nil
        #expect(plan.messages(in: 1_000) == 1)
    }
}
