import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// A whole judgement through the real resolver, with the records of the scene served by NSD.
@Suite struct LiveVerificationTests {
    private typealias Scene = AuthenticationScene

    @Test(.timeLimit(.minutes(1))) func aMessageJudgedByARealNameServer() async throws {
        guard let nsd = Tool.find("nsd", for: "verification through a real name server") else { return }
        let folder = try TemporaryFolder()
        try folder.write(try zone(), to: "zone")
        let server = try AuthoritativeServer(
            nsd: nsd, zones: [("example", folder.url.appending(path: "zone"))], folder: folder)
        let live = try LiveResolver(server.address)
        defer { live.stop() }
        try await live.waitUntilServed("example")

        let file = try Scene.sealed(
            Scene.signed(Scene.message(from: "alpha.example"), by: "alpha.example"), by: "relay.example")
        let unix = String(decoding: file.original, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
        let message = try MessageFile(Array(unix.utf8))
        #expect(message.content.original == file.original)
        let client = MessageClient(
            address: Scene.good, helo: "alpha.example", sender: Mailbox("bounce@sub.alpha.example"))
        let authenticator = DNSAuthenticator(resolver: live.resolver, time: live.loop.time)
        let found = await authenticator.authenticate(message.content, from: client, at: Scene.now)
        let report = VerificationReport(
            found, client: client, source: "a.eml", size: message.content.count, notes: message.notes)
        #expect(report.isPass, "\(report.text)")
        #expect(found.spf.map(\.result) == [.pass, .pass])
        #expect(found.dkim.map(\.result) == [.pass] && found.arc.result == .pass)
        #expect(found.dmarc.isSPFAligned && found.dmarc.isDKIMAligned && found.dmarc.policy == .reject)

        // Once more: all of it is in the cache, and no packet goes out.
        let before = live.resolver.counts
        let again = await authenticator.authenticate(message.content, from: client, at: Scene.now)
        let after = live.resolver.counts
        #expect(again == found)
        #expect(after.datagrams == before.datagrams && after.streams == before.streams)
    }

    /// The scene's TXT records. One zone down from the top, because a tree walk ends there (RFC 9989 §4.10).
    private func zone() throws -> String {
        var text = """
            $ORIGIN example.
            $TTL 300
            @ SOA ns hostmaster 1 3600 900 604800 60
            @ NS ns
            ns A 127.0.0.1
            @ MX 10 mx
            mx A 192.0.2.5

            """
        for (name, records) in try Scene.resolver().txt {
            for record in records {
                let bytes = Array(record.utf8)
                let strings = stride(from: 0, to: bytes.count, by: 250).map { start in
                    "\"" + String(decoding: bytes[start..<min(start + 250, bytes.count)], as: UTF8.self) + "\""
                }
                text += "\(name). TXT \(strings.joined(separator: " "))\n"
            }
        }
        return text
    }
}
