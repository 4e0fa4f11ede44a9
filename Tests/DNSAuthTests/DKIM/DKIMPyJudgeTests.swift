import Foundation
import Loop
import Mail
import Testing

@testable import DNSAuth

/// Several hundred odd messages, signed by us with both algorithms and judged by dkimpy, which nobody here wrote.
@Suite struct DKIMPyJudgeTests {
    private static let judge = """
        import sys, json, base64, dkim
        lines = sys.stdin.read().split('\\n')
        zone = {k.encode(): v.encode() for k, v in json.loads(lines[0]).items()}
        find = lambda name, timeout=5: zone.get((name.encode() if isinstance(name, str) else name).rstrip(b'.'))
        for number, line in enumerate(lines[1:]):
            if not line: continue
            message = base64.b64decode(line)
            for index in (0, 1):
                try: good = dkim.DKIM(message).verify(idx=index, dnsfunc=find)
                except Exception as error: good = repr(error)
                print(number, index, good)
        """

    @Test(.timeLimit(.minutes(2))) func dkimpyVerifiesWhatWeSign() async throws {
        guard let python = Tool.python(with: "dkim, nacl", for: "dkimpy as judge") else { return }
        let domain = try KeyFixture.domain("example.org")
        let keyring = DKIMKeyring()
        keyring.add(domain)
        let signer = DKIMSigner(keyring: keyring, pool: BlockingPool(name: "dkim", threads: 2))
        let zone = Dictionary(
            uniqueKeysWithValues: domain.dkim.map {
                (DKIMRecord.name(selector: $0.selector, domain: domain.name), DKIMRecord($0).text)
            })
        var input = try String(decoding: JSONSerialization.data(withJSONObject: zone), as: UTF8.self) + "\n"
        var generator = MessageGenerator(seed: 6_376)
        let count = 400
        for _ in 0..<count {
            let content = generator.next()
            let signatures = try await signer.signatures(
                for: content, author: Domain(canonical: "sub.example.org"),
                at: WallTime(milliseconds: 1_760_000_000_000))
            for line in String(decoding: signatures, as: UTF8.self).components(separatedBy: "\r\n") {
                #expect(line.utf8.count <= 78)
            }
            input += Data(signatures + content.added + content.original).base64EncodedString() + "\n"
        }
        let result = try Tool.run(python, ["-c", Self.judge], input: Data(input.utf8))
        #expect(result.status == 0, "\(result.errors)")
        let verdicts = result.output.split(separator: "\n")
        let good = verdicts.filter { $0.hasSuffix(" True") }
        for bad in verdicts.filter({ !$0.hasSuffix(" True") }).prefix(5) { Issue.record("dkimpy: \(bad)") }
        print("dkimpy judges: \(count) messages, \(verdicts.count) signatures, \(good.count) verified")
        #expect(good.count == count * 2)
    }
}
