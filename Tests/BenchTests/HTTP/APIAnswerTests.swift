import Mail
import Testing

@testable import Bench

@Suite struct APIAnswerTests {
    private func answer(_ status: Int, _ text: String, of messages: Int = 1, isBatch: Bool = false) -> APIAnswer {
        var body = Bytes()
        body.append(utf8: text)
        return APIAnswer(status: status, body: body, messages: messages, isBatch: isBatch)
    }

    @Test(
        arguments: [
            (202, "{\"data\":{\"id\":\"msg_1\",\"status\":\"queued\"}}", 1, nil, false),
            (200, "{\"data\":{\"id\":\"msg_1\"}}", 1, nil, false),
            (202, "{\"data\":{}}", 0, "202 without data.id", false), (204, "", 0, "204 without data.id", false),
            (400, "{\"error\":{\"code\":\"invalid_to_address\"}}", 0, "400 invalid_to_address", false),
            (429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}", 0, "429 rate_limit_exceeded", true),
            (503, "{\"error\":{\"code\":\"storage_unavailable\"}}", 0, "503 storage_unavailable", true),
            (502, "<html>Bad Gateway", 0, "502", false), (301, "", 0, "301", false),
            (500, "{\"error\":{\"code\":\"a b\\u001b\u{1b}c\"}}", 0, "500 a?b\\u001b?c", false),
        ] as [(Int, String, Int, String?, Bool)])
    func oneMessageIsTakenOrNot(status: Int, text: String, queued: Int, failure: String?, isTemporary: Bool) {
        let answer = answer(status, text)
        #expect(answer.queued == queued)
        #expect(answer.failure == failure)
        #expect(answer.isTemporary == isTemporary)
    }

    @Test(
        arguments: [
            (200, "{\"data\":{\"total\":5,\"queued\":5,\"errors\":0,\"messages\":[]}}", 5, nil),
            (202, "{\"data\":{\"total\":5,\"queued\":3,\"errors\":2}}", 3, "202 with messages that were not queued"),
            (202, "{\"data\":{\"queued\":0}}", 0, "202 with messages that were not queued"),
            // Never more than were sent.
            (202, "{\"data\":{\"queued\":6}}", 5, nil),
            (202, "{\"data\":{\"id\":\"msg_1\"}}", 0, "202 without data.queued"),
            (413, "{\"error\":{\"code\":\"payload_too_large\"}}", 0, "413 payload_too_large"),
        ] as [(Int, String, Int, String?)])
    func aBatchSaysHowManyWereTaken(status: Int, text: String, queued: Int, failure: String?) {
        let answer = answer(status, text, of: 5, isBatch: true)
        #expect(answer.queued == queued)
        #expect(answer.failure == failure)
    }
}
