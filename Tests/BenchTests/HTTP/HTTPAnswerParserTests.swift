import Mail
import Testing

@testable import Bench

@Suite struct HTTPAnswerParserTests {
    struct Seen: Equatable, Sendable {
        var status: Int
        var body: String
        var isKept = true
    }

    /// Feeds the text in pieces of so many bytes; what stays behind is offered again together with the next piece.
    private func read(_ text: String, pieces: Int, bodyLimit: Int = 1_000) -> ([Seen], HTTPViolation?) {
        var parser = HTTPAnswerParser(bodyLimit: bodyLimit)
        var seen: [Seen] = []
        var waiting = Bytes()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            waiting.append(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
            scanning: while !waiting.isEmpty {
                let (used, progress) = waiting.withReadable { parser.scan($0) }
                waiting.consume(used)
                switch progress {
                case .needsMore: break scanning
                case .violation(let violation): return (seen, violation)
                case .complete:
                    let body = String(decoding: parser.body.copy(), as: UTF8.self)
                    seen.append(Seen(status: parser.status, body: body, isKept: parser.isKept))
                }
            }
        }
        return (seen, nil)
    }

    private static let good: [(String, [Seen])] = [
        ("HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhello", [Seen(status: 202, body: "hello")]),
        ("HTTP/1.1 202\r\ncontent-length:0\r\n\r\n", [Seen(status: 202, body: "")]),
        ("HTTP/1.1 200 \r\nCONTENT-LENGTH: \t2 \r\nX: y: z\r\n\r\n{}", [Seen(status: 200, body: "{}")]),
        // Bare line feeds, which RFC 9112 §2.2 allows to take.
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", [Seen(status: 200, body: "ok")]),
        // The same length twice is one length.
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", [Seen(status: 200, body: "ok")]),
        // No content at all.
        (
            "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
            [Seen(status: 204, body: ""), Seen(status: 304, body: "")]
        ),
        // Chunks, with extensions and trailers.
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
            [Seen(status: 200, body: "hello world")]
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n00\r\nX-Sum: 1\r\nY: 2\r\n\r\n",
            [Seen(status: 200, body: "0123456789")]
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [Seen(status: 200, body: "")]),
        // An answer before the answer.
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 202 A\r\nContent-Length: 1\r\n\r\n!",
            [Seen(status: 202, body: "!")]
        ),
        // One behind the other; nothing of the first is left in the second.
        (
            "HTTP/1.1 429 Slow\r\nConnection: close\r\nContent-Length: 3\r\n\r\n123"
                + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
                + "HTTP/1.1 202 OK\r\nContent-Length: 1\r\n\r\ny",
            [Seen(status: 429, body: "123", isKept: false), Seen(status: 200, body: "x"), Seen(status: 202, body: "y")]
        ),
        (
            "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n",
            [Seen(status: 200, body: "", isKept: false)]
        ),
        (
            "HTTP/1.1 200 OK\r\nConnection: keep-alive, closed\r\nContent-Length: 0\r\n\r\n",
            [Seen(status: 200, body: "")]
        ),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", [Seen(status: 200, body: "", isKept: false)]),
    ]

    @Test(arguments: good) func answersAreReadWhereverTheyAreSplit(text: String, wanted: [Seen]) {
        for pieces in 1...text.utf8.count {
            let (seen, violation) = read(text, pieces: pieces)
            #expect(violation == nil)
            #expect(seen == wanted, "pieces of \(pieces)")
        }
    }

    @Test(arguments: good) func anAnswerThatIsCutOffIsNoAnswer(text: String, wanted: [Seen]) {
        for length in 0..<text.utf8.count {
            let (seen, violation) = read(String(decoding: Array(text.utf8).prefix(length), as: UTF8.self), pieces: 7)
            #expect(violation == nil)
            #expect(seen.count < wanted.count)
        }
    }

    @Test(
        arguments: [
            ("SMTP 220 hello\r\n", .statusLine), ("\r\n", .statusLine), ("HTTP/2 200 OK\r\n", .statusLine),
            ("HTTP/1.1 99 Low\r\n", .statusLine), ("HTTP/1.1 600 High\r\n", .statusLine),
            ("HTTP/1.1 20x OK\r\n", .statusLine), ("HTTP/1.1 2000 OK\r\n", .statusLine),
            ("HTTP/1.1 200 OK\r\nno colon\r\n", .fieldLine), ("HTTP/1.1 200 OK\r\n: empty\r\n", .fieldLine),
            ("HTTP/1.1 200 OK\r\nA: b\r\n folded: x\r\n", .fieldLine),
            ("HTTP/1.1 200 OK\r\n\r\n", .length), ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", .length),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n", .length),
            ("HTTP/1.1 200 OK\r\nContent-Length:\r\n", .length),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1234567890123456\r\n", .length),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n", .length),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n", .length),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", .length),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", .bodyTooLong),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", .bodyTooLong),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", .chunk),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .chunk),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n", .chunk),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n", .chunk),
        ] as [(String, HTTPViolation)])
    func whatIsNoAnswerIsNamed(text: String, wanted: HTTPViolation) {
        for pieces in [1, 2, 3, 64, text.utf8.count] {
            let (seen, violation) = read(text, pieces: pieces)
            #expect(violation == wanted, "pieces of \(pieces)")
            #expect(seen.isEmpty)
        }
    }

    @Test func aHeadHasLimits() {
        let line = "HTTP/1.1 200 OK\r\n"
        let long = line + "X: " + String(repeating: "x", count: 9_000)
        for pieces in [1, 100, 10_000] {
            #expect(read(long, pieces: pieces).1 == .lineTooLong)
            #expect(read(long + "\r\n", pieces: pieces).1 == .lineTooLong)
            #expect(read(line + String(repeating: "A: b\r\n", count: 101), pieces: pieces).1 == .tooManyFields)
        }
    }

    @Test func chunksTogetherHaveTheLimitOfTheBody() {
        let chunks = String(repeating: "64\r\n\(String(repeating: "x", count: 100))\r\n", count: 11)
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n"
        #expect(read(text, pieces: 50).1 == .bodyTooLong)
        #expect(read(text, pieces: 50, bodyLimit: 1_100).0.first?.body.count == 1_100)
    }

    @Test func randomBytesAreNeverMoreThanAViolation() {
        var random = LoadRandom(seed: 9)
        let alphabet = Array("HTTP/1.1 200 OK\r\nContent-Length: 3Transfer-Encoding: chunked;0aF\r\n\r\n".utf8)
        for _ in 0..<3_000 {
            var bytes = Array("HTTP/1.1 200 OK\r\n".utf8)
            for _ in 0..<Int(random.next() % 120) {
                bytes.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let whole = read(text, pieces: bytes.count)
            let split = read(text, pieces: 1)
            #expect(whole.0 == split.0)
            #expect(whole.1 == split.1)
        }
    }
}
