import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// Chains of one to three hops, sealed by us and judged by dkimpy, and the reverse; and both taking turns in one chain.
@Suite struct DKIMPyARCTests {
    private static let time = WallTime(milliseconds: 1_760_000_000_000)
    private static let hops = ["one.example", "two.example", "three.example"]
    private static let authorities = hops.map { "mx.\($0)" }

    private func zone(_ keys: [DKIMKey]) throws -> FakeResolver {
        var resolver = FakeResolver()
        for hop in Self.hops {
            for key in keys {
                resolver.txt[DKIMRecord.name(selector: key.selector, domain: Domain(canonical: hop))] = [
                    DKIMRecord(key).text
                ]
            }
        }
        return resolver
    }

    /// With an empty line, so that a footer goes into the body.
    private func plain(_ content: Content) -> Content {
        let bytes = content.added + content.original
        let isOpen = HeaderSection(scanning: bytes.span).bodyOffset == bytes.count
        return Content(original: isOpen ? bytes + [13, 10] : bytes)
    }

    /// What a hop does before it seals: its results, and sometimes a change that breaks the signatures before it.
    private func arrive(_ content: Content, at hop: Int, arc: ARCResult, changed: Bool) -> Content {
        let field = AuthenticationResults(
            authority: Self.authorities[hop],
            findings: [
                .spf(SPFOutcome(.pass, identity: .mailFrom, domain: "a.example", reason: "matched"), from: nil),
                .arc(ARCOutcome(arc, reason: "found"), from: nil),
            ]
        ).field
        var body = content.original
        if changed { body += Array("footer of hop \(hop)\r\n".utf8) }
        return Content(added: [], original: field + content.added + body)
    }

    private func seal(_ content: Content, at hop: Int, with key: DKIMKey, chain: ARCResult) throws -> Content {
        let signer = ARCSigner(domain: Domain(canonical: Self.hops[hop]), key: try SigningKey(key))
        let results = ResultsText(of: content, authority: Self.authorities[hop])
        #expect(results.findings.count == 2)
        let set = try signer.seal(content, results: results, chain: chain, at: Self.time)
        #expect(HeaderSection(scanning: set.span).fields.count == 3)
        for line in String(decoding: set, as: UTF8.self).components(separatedBy: "\r\n") {
            #expect(line.utf8.count <= 78)
        }
        return Content(added: set, original: content.original)
    }

    @Test(.timeLimit(.minutes(2))) func dkimpyValidatesWhatWeSeal() async throws {
        guard let python = Tool.python(with: "dkim, authres", for: "dkimpy as judge of ARC") else { return }
        let key = try KeyFixture.rsa.get()
        let resolver = try zone([key])
        let check = ARCCheck(resolver: resolver)
        var generator = MessageGenerator(seed: 8_617)
        var input = try String(decoding: JSONSerialization.data(withJSONObject: resolver.txt), as: UTF8.self) + "\n"
        var wanted: [String] = []
        for number in 0..<300 {
            var content = plain(generator.next())
            var chain = ARCResult.none
            for hop in 0...(number % 3) {
                content = arrive(content, at: hop, arc: chain, changed: false)
                content = try seal(content, at: hop, with: key, chain: chain)
                let outcome = await check.validate(content, at: Self.time)
                #expect(outcome.result == .pass, "\(number) hop \(hop): \(outcome.reason)")
                #expect(outcome.sealers == Array(Self.hops.prefix(hop + 1)))
                #expect(outcome.oldestPass == 0)
                chain = outcome.result
            }
            var bytes = content.added + content.original
            if number % 5 == 4 {
                // Somebody changes it behind the last seal: nobody may let it pass.
                bytes = Array("Subject: another one\r\n".utf8) + bytes
                let outcome = await check.validate(Content(original: bytes), at: Self.time)
                #expect(outcome.result == .fail)
            }
            wanted.append(number % 5 == 4 ? "fail" : "pass")
            input += Data(bytes).base64EncodedString() + "\n"
        }
        let judge = """
            import sys, json, base64, dkim
            lines = sys.stdin.read().split('\\n')
            zone = {k.encode(): v[0].encode() for k, v in json.loads(lines[0]).items()}
            find = lambda name, timeout=5: zone.get((name.encode() if isinstance(name, str) else name).rstrip(b'.'))
            for line in lines[1:]:
                if line: print(dkim.ARC(base64.b64decode(line)).verify(dnsfunc=find)[0].decode())
            """
        let result = try Tool.run(python, ["-c", judge], input: Data(input.utf8))
        #expect(result.status == 0, "\(result.errors)")
        let verdicts = result.output.split(separator: "\n").map(String.init)
        #expect(verdicts == wanted)
        print("dkimpy judges ARC: \(verdicts.count) chains, \(zip(verdicts, wanted).count { $0 == $1 }) as we say")
    }

    /// dkimpy seals with the armoured key; every third hop is ours, so that both seal over each other's sets.
    @Test(.timeLimit(.minutes(2))) func weValidateWhatDkimpySeals() async throws {
        guard let python = Tool.python(with: "dkim, authres", for: "dkimpy as sealer") else { return }
        let key = try KeyFixture.rsa.get()
        let resolver = try zone([key])
        let check = ARCCheck(resolver: resolver)
        let folder = try TemporaryFolder()
        let text = Data(key.privateKey).base64EncodedString(options: .lineLength64Characters)
        let dashes = String(repeating: "-", count: 5)
        let label = "PRIVATE KEY"
        try folder.write(
            "\(dashes)BEGIN \(label)\(dashes)\n\(text)\n\(dashes)END \(label)\(dashes)\n", to: "key")
        let sealer = """
            import sys, base64, dkim
            key = open(sys.argv[1], 'rb').read()
            hop, authority, selector = sys.argv[2].encode(), sys.argv[3].encode(), sys.argv[4].encode()
            for line in sys.stdin.read().split('\\n'):
                if not line: continue
                message = base64.b64decode(line)
                fields = [h for h in (b'from', b'to', b'subject', b'date', b'cc', b'from')]
                made = dkim.ARC(message).sign(
                    selector, hop, key, authority, include_headers=fields, timestamp=1760000000)
                print(base64.b64encode(b''.join(made) + message).decode())
            """
        var generator = MessageGenerator(seed: 8_618)
        var contents = (0..<200).map { _ in plain(generator.next()) }
        var chains = [ARCResult](repeating: .none, count: contents.count)
        for hop in 0..<3 {
            for index in contents.indices {
                contents[index] = arrive(
                    contents[index], at: hop, arc: chains[index], changed: hop > 0 && index % 2 == 0)
            }
            // The middle hop of every second message is ours.
            let theirs = contents.indices.filter { hop != 1 || $0 % 4 < 2 }
            let input = theirs.map { Data(contents[$0].original).base64EncodedString() + "\n" }.joined()
            let result = try Tool.run(
                python,
                [
                    "-c", sealer, folder.url.appending(path: "key").path, Self.hops[hop], Self.authorities[hop],
                    key.selector,
                ],
                input: Data(input.utf8))
            #expect(result.status == 0, "\(result.errors)")
            let sealed = result.output.split(separator: "\n")
            try #require(sealed.count == theirs.count)
            for (index, line) in zip(theirs, sealed) {
                contents[index] = Content(original: Array(try #require(Data(base64Encoded: String(line)))))
            }
            for index in contents.indices where !theirs.contains(index) {
                contents[index] = try seal(contents[index], at: hop, with: key, chain: chains[index])
                contents[index] = Content(original: contents[index].added + contents[index].original)
            }
            for index in contents.indices {
                let outcome = await check.validate(contents[index], at: Self.time)
                #expect(outcome.result == .pass, "message \(index) hop \(hop): \(outcome.reason)")
                #expect(outcome.sealers.count == hop + 1)
                // A footer breaks the signatures of all hops before it.
                #expect(outcome.oldestPass == (hop > 0 && index % 2 == 0 ? hop + 1 : 0))
                chains[index] = outcome.result
            }
        }
        print("dkimpy seals ARC: \(contents.count) chains of 3, all pass here")
    }
}
