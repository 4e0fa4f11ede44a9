import Foundation
import Testing

/// `martlet verify` and `martlet dns` against a real name server: what they say, and the exit status for scripts.
@Suite struct VerifyAndDNSCommandsTests {
    private static let start = """
        $TTL 60
        @ IN SOA ns.example. root.example. 1 3600 600 86400 60
        @ IN NS ns.example.

        """

    private static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    // MARK: verify

    /// The zone file of the RFC's example: names and TXT strings from the suite's JSON.
    private static func zone(of path: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: try Data(contentsOf: URL(fileURLWithPath: path)))
        let names = try #require(object as? [String: [String: [[String]]]])
        return names.reduce(into: "$ORIGIN com.\n" + start) { zone, entry in
            for strings in entry.value["TXT"] ?? [] {
                zone += "\(entry.key). IN TXT \(strings.map { "\"\($0)\"" }.joined(separator: " "))\n"
            }
        }
    }

    @Test(.timeLimit(.minutes(2))) func theExampleOfRFC8463IsVerified() throws {
        let purpose = "martlet verify"
        guard let nsd = Tool.path("nsd", neededFor: purpose),
            let message = Conformance.path("dkim/rfc/rfc8463-A.3-signed.eml", neededFor: purpose),
            let keys = Conformance.path("dkim/rfc/rfc8463-dns.json", neededFor: purpose)
        else { return }
        let folder = try TemporaryFolder()
        let dns = FreePort.next()
        let names = try NameServer.start(nsd, port: dns, zones: ["com": try Self.zone(of: keys)], in: folder)
        defer { names.kill() }
        let resolver = ["--resolver", "127.0.0.1:\(dns)"]

        let good = try Tool.run(Engine.binary, ["verify", message] + resolver)
        #expect(good.status == 0, "\(good.output)\(good.errors)")
        let lines = good.output.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("SPF") && $0.contains("skipped") }, "\(good.output)")
        for facts in [["s=brisbane", "a=ed25519-sha256"], ["s=test", "a=rsa-sha256", "1024 bits"]] {
            let line = lines.first { $0.contains(facts[0]) } ?? ""
            #expect(line.contains(" pass ") && line.contains("d=football.example.com"), "\(good.output)")
            #expect(facts.allSatisfy { line.contains($0) }, "\(good.output)")
        }
        #expect(lines.contains { $0.hasPrefix("DMARC") && $0.contains("none") }, "\(good.output)")
        #expect(
            lines.last == "Verdict  pass: no DMARC policy; DKIM vouches for football.example.com", "\(good.output)")

        // The same by standard input and as JSON, with the client that SPF asks about.
        let text = try String(contentsOfFile: message, encoding: .utf8)
        for (address, result) in [("213.165.64.12", "pass"), ("213.165.64.13", "softfail")] {
            let client = ["--ip", address, "--helo", "mail.example.com", "--mail-from", "joe@football.example.com"]
            let whole = try Tool.run(Engine.binary, ["verify", "-", "--json"] + client + resolver, input: text)
            #expect(whole.status == 0, "\(whole.output)\(whole.errors)")
            let found = try Self.json(whole.output)
            #expect(found["verdict"] as? String == "pass")
            let dkim = found["dkim"] as? [[String: Any]] ?? []
            #expect(dkim.compactMap { $0["result"] as? String } == ["pass", "pass"], "\(whole.output)")
            let spf = (found["spf"] as? [[String: Any]] ?? []).first { $0["identity"] as? String == "mailfrom" }
            #expect(spf?["result"] as? String == result, "\(whole.output)")
        }

        let altered = try folder.file("altered.eml", text: text.replacing("We lost", with: "We won"))
        let bad = try Tool.run(Engine.binary, ["verify", altered.path] + resolver)
        #expect(bad.status == 1, "\(bad.output)\(bad.errors)")
        #expect(!bad.output.contains(" pass ") && bad.output.contains("body"), "\(bad.output)")
        #expect(bad.output.contains("Verdict  not pass: "), "\(bad.output)")
    }

    @Test(.timeLimit(.minutes(1))) func inputThatIsNoMessageHasAStatusOfItsOwn() throws {
        let folder = try TemporaryFolder()
        let resolver = ["--resolver", "127.0.0.1:\(FreePort.next())"]
        let empty = try folder.file("empty.eml")
        let headless = try folder.file("headless.eml", text: "\r\nonly a body\r\n")
        for (file, words) in [
            (empty.path, "empty"), (headless.path, "no header field"), ("\(folder.path)/none.eml", "none.eml"),
        ] {
            let result = try Tool.run(Engine.binary, ["verify", file] + resolver)
            #expect(result.status == 2 && result.output.isEmpty, "\(file): \(result.status) \(result.output)")
            #expect(result.errors.hasPrefix("martlet verify: ") && result.errors.contains(words), "\(result.errors)")
        }
        let message = try folder.file("message.eml", text: "From: a@b.example\r\n\r\nbody\r\n")
        let half = try Tool.run(Engine.binary, ["verify", message.path, "--helo", "b.example"] + resolver)
        #expect(half.status == 2 && half.errors.contains("--ip"), "\(half.errors)")
        // Nobody answers at that port: not known is not vouched for.
        let silent = try Tool.run(Engine.binary, ["verify", message.path] + resolver)
        #expect(silent.status == 1 && silent.output.contains("temperror"), "\(silent.output)\(silent.errors)")
    }

    // MARK: dns

    private static let mistakes = """
        $ORIGIN example.
        \(start)
        wrong MX 10 gone.wrong
        wrong MX 20 inner.wrong
        inner.wrong A 10.0.0.1
        wrong TXT "v=spf1 include:a.wrong.example include:b.wrong.example mx +all"
        a.wrong TXT "v=spf1 a:h1.wrong.example a:h2.wrong.example a:h3.wrong.example a:h4.wrong.example -all"
        b.wrong TXT "v=spf1 a:h1.wrong.example a:h2.wrong.example a:h3.wrong.example a:h4.wrong.example -all"
        h1.wrong A 192.0.2.1
        h2.wrong A 192.0.2.2
        h3.wrong A 192.0.2.3
        h4.wrong A 192.0.2.4
        _mta-sts.wrong TXT "v=STSv1; id=1"
        _mta-sts.wrong TXT "v=STSv1; id=2"
        _smtp._tls.wrong TXT "v=TLSRPTv1; mailto:reports@wrong.example"
        _dmarc.wrong TXT "v=DMARC1; p=reject; adkim=x; rua=mailto:reports@elsewhere.example"
        weak._domainkey.wrong TXT "v=DKIM1; p=AAAA"
        right MX 10 mx.right
        mx.right A 192.0.2.25
        right TXT "v=spf1 mx ip4:192.0.2.0/28 -all"
        _dmarc.right TXT "v=DMARC1; p=reject; rua=mailto:reports@right.example"
        _smtp._tls.right TXT "v=TLSRPTv1; rua=mailto:reports@right.example"
        brisbane._domainkey.right TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        """

    @Test(.timeLimit(.minutes(2))) func everyMistakeOfADomainIsNamed() throws {
        guard let nsd = Tool.path("nsd", neededFor: "martlet dns") else { return }
        let folder = try TemporaryFolder()
        let dns = FreePort.next()
        let names = try NameServer.start(nsd, port: dns, zones: ["example": Self.mistakes], in: folder)
        defer { names.kill() }
        let resolver = ["--resolver", "127.0.0.1:\(dns)"]
        let dkim = ["--dkim", "weak", "--dkim", "missing"]

        let wrong = try Tool.run(Engine.binary, ["dns", "wrong.example"] + dkim + resolver)
        #expect(wrong.status == 1, "\(wrong.errors)")
        for mistake in [
            "gone.wrong.example does not exist", "the address 10.0.0.1, which nobody outside can reach",
            "2 records at _mta-sts.wrong.example", "the record at _smtp._tls.wrong.example is malformed",
            "an evaluation can take 11 DNS look-ups; 10 are allowed", "no key at missing._domainkey.wrong.example",
            "weak._domainkey.wrong.example", "adkim", "elsewhere.example does not take reports about wrong.example",
            "fix: have it publish wrong.example._report._dmarc.elsewhere.example TXT",
        ] { #expect(wrong.output.contains(mistake), "\(mistake): \(wrong.output)") }
        // The tree of SPF: what was included stands below, with the count of all of it on top.
        #expect(wrong.output.contains("SPF       11 of 10 look-ups"), "\(wrong.output)")
        #expect(wrong.output.contains("├─ include:a.wrong.example  v=spf1 a:h1.wrong.example"), "\(wrong.output)")
        #expect(wrong.output.contains("└─ include:b.wrong.example  v=spf1 a:h1.wrong.example"), "\(wrong.output)")

        let listed = try Tool.run(Engine.binary, ["dns", "wrong.example", "--json"] + dkim + resolver)
        #expect(listed.status == 1)
        let report = try Self.json(listed.output)
        #expect(report["status"] as? String == "problem" && report["problems"] as? Int ?? 0 >= 8, "\(listed.output)")
        let sections = report["sections"] as? [[String: Any]] ?? []
        let spf = sections.first { $0["topic"] as? String == "spf" }?["facts"] as? [String: Any] ?? [:]
        #expect(spf["lookups"] as? Int == 11 && spf["usable"] as? Bool == false, "\(spf)")

        let right = try Tool.run(Engine.binary, ["dns", "right.example", "--dkim", "brisbane"] + resolver)
        #expect(right.status == 0, "\(right.output)\(right.errors)")
        #expect(right.output.contains("brisbane._domainkey.right.example  ed25519, 256 bits"), "\(right.output)")
        #expect(right.output.contains("SPF       1 of 10 look-ups"), "\(right.output)")
        #expect(right.output.contains("mail that fails is to be rejected or quarantined"), "\(right.output)")

        let missing = try Tool.run(Engine.binary, ["dns", "nowhere.example"] + resolver)
        #expect(missing.status == 1 && missing.output.contains("nowhere.example does not exist"), "\(missing.output)")
        let nonsense = try Tool.run(Engine.binary, ["dns", "not a domain"] + resolver)
        #expect(nonsense.status != 0 && nonsense.output.isEmpty, "\(nonsense.output)")
    }
}
