import Mail

@testable import MTA

extension Operation {
    /// The six command lines of a conversation with one message: EHLO, MAIL, two RCPT, DATA, QUIT.
    static let commandParsing = Operation("command-parsing", count: 3_000) {
        let lines = [
            "EHLO client.bench.example", "MAIL FROM:<sender@bench.example> SIZE=10240 BODY=8BITMIME",
            "RCPT TO:<recipient.one@d1.bench.example>",
            "RCPT TO:<recipient.two@d2.bench.example> NOTIFY=SUCCESS,FAILURE", "DATA", "QUIT",
        ].map { Array($0.utf8) }
        return { times in
            for _ in 0..<times {
                for line in lines { keep(try CommandParser.parse(line.span)) }
            }
        }
    }
}
