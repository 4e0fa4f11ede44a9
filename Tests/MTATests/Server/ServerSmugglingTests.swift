import Foundation
import Mail
import Testing

@testable import MTA

@Suite("Server: SMTP smuggling")
struct ServerSmugglingTests {
    @Test("smtp/smuggling: no false end of data ends DATA, refused or normalised, in whatever pieces")
    func sequences() throws {
        guard let file = ServerVectors.json("smtp/smuggling/eod-sequences.json") else { return }
        let sequences = try #require(file["sequences"] as? [[String: Any]])
        #expect(sequences.count == 12)
        for item in sequences {
            let hex = try #require(item["bytes_hex"] as? String)
            let fake = stride(from: 0, to: hex.count, by: 2).map { at in
                let start = hex.index(hex.startIndex, offsetBy: at)
                return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
            }
            let injected = Array("MAIL FROM:<evil@b.example>\r\nRCPT TO:<victim@d.example>\r\nDATA\r\nevil\r\n".utf8)
            let wire = Array("first".utf8) + fake + injected + Array(".\r\n".utf8)
            for stray in [StrayLineEnds.refuse, .normalise] {
                for size in [1, 3, wire.count] {
                    let probe = ServerProbe { $0.strayLineEnds = stray }
                    probe.toRecipients()
                    probe.send("DATA\r\n")
                    var output = ""
                    for at in stride(from: 0, to: wire.count, by: size) {
                        output += probe.send(Array(wire[at..<min(at + size, wire.count)]))
                    }
                    // One reply, to the one true end; nothing of the injected text was a command.
                    let codes = ServerProbe.codes(in: output)
                    #expect(codes == [250] || codes == [550], "\(item["repr"] ?? hex): \(output)")
                    if stray == .refuse { #expect(output.hasPrefix("550 5.6.11")) }
                    #expect(
                        probe.messages.allSatisfy { $0.envelope.sender?.localPart == "a" } && probe.messages.count <= 1)
                    #expect(probe.session.transaction.isEmpty && probe.codes("NOOP\r\n") == [250])
                }
            }
        }
        ServerVectors.report("smtp/smuggling (receiver)", cases: sequences.count, agree: sequences.count, deviations: 0)
    }

    @Test("A second transaction behind the true end, in one write, is answered in order (RFC 2920)")
    func pipelining() {
        let probe = ServerProbe()
        probe.toRecipients()
        probe.send("DATA\r\n")
        let rest = "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nsecond\r\n.\r\n"
        #expect(probe.codes("first\r\n.\r\n" + rest) == [250, 250, 250, 354, 250])
        #expect(probe.messages.map { String(decoding: $0.content, as: UTF8.self) } == ["first\r\n", "second\r\n"])
        // Strict: DATA must wait for its 354.
        let strict = ServerProbe { $0.synchronisation = .strict }
        strict.toRecipients()
        strict.send("DATA\r\n")
        #expect(strict.codes("first\r\n.\r\n" + rest) == [250, 250, 250, 503])
        #expect(strict.isClosed && strict.messages.count == 1)
        print("conformance smtp/smuggling pipelining check: 2 cases, 2 agree, 0 deviations listed")
    }
}
