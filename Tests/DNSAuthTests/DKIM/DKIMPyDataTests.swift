import Foundation
import Mail
import Testing

@testable import DNSAuth

/// dkimpy's own messages and keys: whether a signature verifies is asked of dkimpy itself.
@Suite struct DKIMPyDataTests {
    private static let script = """
        import sys, json, base64, dkim
        asked = json.load(sys.stdin)
        zone = {k.encode(): v.encode() for k, v in asked['zone'].items()}
        find = lambda name, timeout=5: zone.get((name.encode() if isinstance(name, str) else name).rstrip(b'.').lower())
        out = []
        for message in asked['messages']:
            message = base64.b64decode(message)
            marks = []
            for index in range(len(dkim.DKIM(message).headers)):
                if index >= sum(1 for n, v in dkim.DKIM(message).headers if n.lower() == b'dkim-signature'): break
                try: marks.append(bool(dkim.DKIM(message).verify(idx=index, dnsfunc=find)))
                except dkim.DKIMException: marks.append(False)
            out.append(marks)
        print(json.dumps(out))
        """

    private func record(_ file: URL) throws -> String {
        String(decoding: try Data(contentsOf: file), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static let deviations: [String: String] = [:]

    @Test func messages() async throws {
        guard let suite = Conformance.folder("dkim/dkimpy"),
            let python = Tool.python(with: "dkim, nacl", for: "dkimpy data")
        else { return }
        let folder = suite.appending(path: "data")
        let zone = try [
            "test._domainkey.example.com": record(folder.appending(path: "test.txt")),
            "test._domainkey.football.example.com": record(folder.appending(path: "test.txt")),
            "brisbane._domainkey.football.example.com": record(folder.appending(path: "ed25519test.dns")),
            "sed._domainkey.test.ex": record(folder.appending(path: "eximtest.dns")),
        ]
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.contains("message") || $0.hasSuffix(".msg")
        }.sorted()
        let messages = try names.map { try DKIMJudge.message(folder.appending(path: $0)) }
        let question: [String: Any] = ["zone": zone, "messages": messages.map { Data($0).base64EncodedString() }]
        let result = try Tool.run(
            python, ["-c", Self.script], input: JSONSerialization.data(withJSONObject: question))
        let verdicts = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[Bool]], "\(result.errors)")
        var tally = SuiteTally("dkim/dkimpy messages", deviations: Self.deviations)
        for ((name, message), verdict) in zip(zip(names, messages), verdicts) {
            let outcomes = await DKIMJudge(zone: zone.mapValues { [$0] }).outcomes(message)
            let marks = outcomes.filter { $0.result != .none }.map { $0.result == .pass }
            tally.judge(name, marks == verdict, "dkimpy \(verdict), we \(outcomes.text)")
        }
        tally.report(cases: 13)
    }

    /// Each key file is read in the form it has, and each way of publishing its public part verifies.
    @Test func keys() async throws {
        guard let suite = Conformance.folder("dkim/dkimpy") else { return }
        let folder = suite.appending(path: "data")
        var tally = SuiteTally("dkim/dkimpy keys")
        let message = try DKIMJudge.message(folder.appending(path: "rfc6376.msg"))
        for (file, records) in [
            ("1024_testkey.key.b64", ["1024_testkey_wo_markers.pub.txt", "1024_testkey_wo_markers.pub.rsa.txt"]),
            ("2048_testkey.key.b64", ["2048_testkey_wo_markers.pub.txt", "2048_testkey_wo_markers.pub.rsa.txt"]),
            ("2048_testkey_PKCS8.key.b64", ["2048_testkey_PKCS8.key.pub.txt"]), ("test.private.b64", ["test.txt"]),
            ("test2.private.b64", ["test2.txt"]),
        ] {
            let key = try DKIMKeyPair.reading(der: Conformance.der(folder.appending(path: file)), selector: "s")
            let signed = try sign(message, key)
            for name in records + ["test_bad.txt", "badversion.txt", "badk.txt", "test_tlsrpt.txt"] {
                let zone = ["s._domainkey.football.example.com": [try record(folder.appending(path: name))]]
                let outcomes = await DKIMJudge(zone: zone).outcomes(signed)
                tally.judge("\(file) \(name)", outcomes.hasPass == records.contains(name), outcomes.text)
            }
        }
        tally.report(cases: 27)
        // RFC 8460 §3: a key for reports alone.
        let zone = ["s._domainkey.football.example.com": [try record(folder.appending(path: "test_tlsrpt.txt"))]]
        let key = try DKIMKeyPair.reading(
            der: Conformance.der(folder.appending(path: "test.private.b64")), selector: "s")
        var judge = DKIMJudge(zone: zone)
        #expect(await judge.outcomes(try sign(message, key)).results == [.permerror])
        judge.options.service = "tlsrpt"
        #expect(await judge.outcomes(try sign(message, key)).results == [.pass])
    }

    private func sign(_ message: [UInt8], _ key: DKIMKey) throws -> [UInt8] {
        let keyring = DKIMKeyring()
        keyring.add(try KeyFixture.domain("football.example.com", keys: [key]))
        let entry = try #require(keyring.keys(for: Domain(canonical: "football.example.com")))
        return try DKIMSigner.sign(
            Content(original: message), with: entry, options: DKIMOptions(), at: DKIMJudge.now) + message
    }
}
