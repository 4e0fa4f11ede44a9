import Mail

@testable import MTA

extension Operation {
    /// The replies to one pipelined message: MAIL, RCPT, DATA, the end of the content, and one of several lines.
    static let replyParsing = Operation("reply-parsing", count: 5_000) {
        let text =
            "250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n354 End data with <CR><LF>.<CR><LF>\r\n"
            + "250 2.0.0 Ok: queued as 4c1B2d3F4g\r\n250-mx.bench.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
        let inlet = Inlet()
        let bytes = Array(text.utf8)
        return { times in
            for _ in 0..<times { try inlet.read(bytes, replies: 5) }
        }
    }
}

private final class Inlet {
    private var arrived = Bytes()
    private var parser = ReplyParser()

    func read(_ bytes: [UInt8], replies: Int) throws {
        arrived.append(bytes)
        for _ in 0..<replies {
            guard case .complete(let head) = parser.scan(arrived) else { throw Operation.Unexpected("no reply") }
            arrived.consume(head.length)
        }
    }
}
