import Loop
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// What a verifier makes of each tag, of the key, and of what was done to the message on its way.
@Suite struct DKIMCheckTests {
    private static let time = WallTime(milliseconds: 1_760_000_000_000)
    private let domain = Domain(canonical: "example.org")

    private func message(_ body: String = "Hello\r\n") -> [UInt8] {
        Array("From: a@example.org\r\nTo: b@example.net\r\nSubject: one\r\nDate: today\r\n\r\n\(body)".utf8)
    }

    /// A signature with any tags, made with the fixture's keys.
    private func sign(
        _ message: [UInt8], tags: String = "d=example.org; h=from:to:subject; c=relaxed/relaxed",
        key: Result<DKIMKey, any Error> = KeyFixture.ed25519.mapError { $0 as any Error }, length: Int? = nil,
        bodyHash: String? = nil
    ) throws -> [UInt8] {
        let stored = try key.get()
        let content = Content(original: message)
        let hash = HashInput.body(
            of: content, from: ContentHeader(reading: content).bodyOffset, .relaxed, .sha256, length: length)
        let limit = length.map { " l=\($0);" } ?? ""
        let text =
            "DKIM-Signature: v=1; a=\(stored.algorithm.rawValue); s=\(stored.selector); \(tags);\(limit)"
            + " bh=\(bodyHash ?? Base64.encode(hash.digest)); b="
        let signed = Content(added: Array("\(text)\r\n".utf8), original: message)
        let names =
            tags.split(separator: ";").first { $0.drop { $0 == " " }.hasPrefix("h=") }?
            .split(separator: "=").last?.split(separator: ":").map { $0.filter { $0 != " " } } ?? []
        let header = ContentHeader(reading: signed)
        let selection = FieldSelection(names: names, of: header, in: signed, .relaxed, except: 0)
        let input = DKIMSigner.hashInput(selection, Array(text.utf8), .relaxed)
        return Array("\(text)\(Base64.encode(try SigningKey(stored).sign(input)))\r\n".utf8) + message
    }

    private func judge(
        _ flags: String = "", options: DKIMCheckOptions = DKIMCheckOptions(), domain: String = "example.org"
    ) throws -> DKIMJudge {
        var judge = DKIMJudge(options: options)
        for key in try [KeyFixture.rsa.get(), KeyFixture.ed25519.get()] {
            judge.zone["\(key.selector)._domainkey.\(domain)"] = [
                DKIMRecord(key).text.replacing("v=DKIM1;", with: "v=DKIM1; \(flags)")
            ]
        }
        return judge
    }

    @Test func aGoodSignatureSaysWhoSigned() async throws {
        let outcome = try #require(await judge().outcomes(sign(message()), at: Self.time).first)
        #expect(outcome.result == .pass && outcome.domain == domain && outcome.identity == "@example.org")
        #expect(outcome.selector == "ed1" && outcome.algorithm == "ed25519-sha256" && outcome.keyBits == 256)
        #expect(outcome.signatureStart.utf8.count == 8 && !outcome.isTesting && outcome.unsignedBytes == 0)
        #expect(outcome.reason == "signature verified")
    }

    @Test func noSignatureIsNone() async throws {
        #expect(await (try judge()).outcomes(message(), at: Self.time).results == [.none])
        #expect(await (try judge()).outcomes([], at: Self.time).results == [.none])
    }

    @Test(arguments: [
        ("d=example.org; h=to:subject", SignatureFailure.fromNotSigned),
        ("d=example.org; h=", .badTag("h")), ("d=example.org; h=from::to", .badTag("h")),
        ("d=example.org; h=from; i=a@example.net", .identityOutsideDomain),
        ("d=example.org; h=from; i=a@notexample.org", .identityOutsideDomain),
        ("d=example.org; h=from; i=example.org", .badTag("i")),
        ("d=example.org; h=from; i=a=4@example.org", .badTag("i")),
        ("d=example.org; h=from; q=dns/other", .unknownQueryMethod),
        ("d=example.org; h=from; c=other", .unknownCanonicalization),
        ("d=example.org; h=from; c=simple/simple/simple", .unknownCanonicalization),
        ("d=example.org; h=from; t=12x", .badTag("t")), ("d=example.org; h=from; t=", .badTag("t")),
        ("d=example.org; h=from; t=20; x=20", .badTag("x")), ("d=example.org; h=from; l=-1", .badTag("l")),
        ("d=org; h=from", .badTag("d")), ("d=[192.0.2.1]; h=from", .badTag("d")), ("d=a_b(.org; h=from", .badTag("d")),
        ("h=from", .missingTag("d")), ("d=example.org", .missingTag("h")),
        ("d=example.org; h=from; d=example.org", .duplicateTag),
        ("d=example.org; h=from; ;", .malformed), ("d=example.org; h=from; 1x=2", .malformed),
        ("d=example.org; h=from; x=1000", .expired), ("d=example.org; h=from; t=1760000301", .fromTheFuture),
    ])
    func brokenFields(_ tags: String, _ failure: SignatureFailure) async throws {
        let outcomes = await (try judge()).outcomes(try sign(message(), tags: tags), at: Self.time)
        #expect(outcomes.results == [failure.result], "\(outcomes.text)")
        #expect(outcomes.first?.reason == failure.reason)
    }

    @Test(arguments: [
        "d=example.org; h=from; i=a@sub.example.org; c=relaxed/relaxed",
        "d=Example.ORG; h=From : To; c=Relaxed/Relaxed",
        "d=example.org; h=from:from:nothing; q=other:dns/txt; c=relaxed/relaxed; unknown=x",
        "d=example.org; h=from; t=1760000300; x=99999999999999999999; c=relaxed/relaxed",
        "d=example.org; h=from; x=1759999701; c=relaxed/relaxed",
        "d=example.org; h=from:dkim-signature; c=relaxed/relaxed",
    ])
    func goodFields(_ tags: String) async throws {
        let outcomes = await (try judge()).outcomes(try sign(message(), tags: tags), at: Self.time)
        #expect(outcomes.results == [.pass], "\(outcomes.text)")
    }

    @Test(
        arguments: [
            ("t=s;", "i=@sub.example.org", SignatureFailure.keyDemandsExactDomain), ("h=sha1;", "", .keyRefusesHash),
            ("s=tlsrpt;", "", .keyForOtherService), ("k=dsa; x=", "", .malformedKey),
            ("g=nobody; n=note; t=other; s=email:x; h=sha256:x;", "", nil),
            ("t=s;", "i=a@example.org", nil), ("t=y:s;", "", nil), ("s=*;", "", nil),
        ] as [(String, String, SignatureFailure?)])
    func keyTags(_ flags: String, _ tag: String, _ failure: SignatureFailure?) async throws {
        let signed = try sign(
            message(), tags: "d=example.org; h=from; c=relaxed/relaxed" + (tag.isEmpty ? "" : "; " + tag))
        let outcomes = await (try judge(flags)).outcomes(signed, at: Self.time)
        #expect(outcomes.results == [failure?.result ?? .pass], "\(outcomes.text)")
        #expect(outcomes.first?.isTesting == flags.contains("y:"))
    }

    @Test func severalKeyRecordsAreTried() async throws {
        var judge = try judge()
        let good = try #require(judge.zone["ed1._domainkey.example.org"]?.first)
        let other = DKIMRecord(try DKIMKeyPair.generate(.ed25519SHA256, selector: "x")).text
        judge.zone["ed1._domainkey.example.org"] = [
            "v=spf1 -all", DKIMRecord(try KeyFixture.rsa.get()).text, other, good,
        ]
        #expect(await judge.outcomes(try sign(message()), at: Self.time).results == [.pass])
        judge.zone["ed1._domainkey.example.org"] = ["v=spf1 -all", other]
        #expect(await judge.outcomes(try sign(message()), at: Self.time).results == [.fail])
        // The fifth is not looked at.
        judge.zone["ed1._domainkey.example.org"] = [other, other, other, other, good]
        #expect(await judge.outcomes(try sign(message()), at: Self.time).results == [.fail])
    }

    @Test func sizesOfRSAKeys() async throws {
        let small = Result { try DKIMKeyPair.generate(.rsaSHA256(bits: 1_024), selector: "small") as DKIMKey }
            .mapError { $0 as any Error }
        var judge = DKIMJudge()
        judge.zone["small._domainkey.example.org"] = [DKIMRecord(try small.get()).text]
        let signed = try sign(message(), key: small)
        let weak = await judge.outcomes(signed, at: Self.time)
        #expect(weak.first?.reason == "signature verified, weak key of 1024 bits" && weak.first?.keyBits == 1_024)
        judge.options.minimumRSABits = 1_025
        #expect(
            await judge.outcomes(signed, at: Self.time).first?.reason == SignatureFailure.shortKey(bits: 1_024).reason)
        judge.options = DKIMCheckOptions()
        judge.options.maximumRSABits = 1_023
        #expect(await judge.outcomes(signed, at: Self.time).results == [.policy])
    }

    @Test func lengthsOfBodies() async throws {
        let judge = try judge()
        let signed = try sign(message("Hello\r\n"), length: 7)
        #expect(await judge.outcomes(signed, at: Self.time).first?.unsignedBytes == 0)
        let longer = await judge.outcomes(signed + Array("Added by anybody\r\n".utf8), at: Self.time)
        #expect(longer.results == [.pass] && longer.first?.unsignedBytes == 18)
        #expect(longer.first?.reason.contains("18 bytes of the body are not signed") == true)
        #expect(await judge.outcomes(try sign(message(), length: 8), at: Self.time).results == [.fail])
        #expect(await judge.outcomes(try sign(message(), length: 0), at: Self.time).results == [.pass])
    }

    @Test func tamperingFails() async throws {
        let judge = try judge()
        let signed = try sign(message())
        #expect(
            await judge.outcomes(signed + Array("x\r\n".utf8), at: Self.time).first?.reason
                == "body hash did not verify")
        let text = String(decoding: signed, as: UTF8.self)
        for (old, new) in [
            ("Subject: one", "Subject: two"), ("a@example.org\r\n", "c@example.org\r\n"),
            ("h=from:to:subject", "h=to:from:subject"),
        ] {
            let outcomes = await judge.outcomes(Array(text.replacing(old, with: new).utf8), at: Self.time)
            #expect(outcomes.results == [.fail], "\(new): \(outcomes.text)")
        }
        // What relaxed forgives, and a field that is not signed.
        let loose = text.replacing("Subject: one", with: "SUBJECT :\tone ").replacing(
            "Date: today", with: "Date: tomorrow")
        #expect(await judge.outcomes(Array(loose.utf8), at: Self.time).results == [.pass])
    }

    @Test func signaturesBeyondTheLimitAreNotLookedAt() async throws {
        var judge = try judge()
        judge.options.signatureLimit = 2
        var signed = message()
        let field = try sign(message()).dropLast(message().count)
        for _ in 0..<4 { signed = field + signed }
        let outcomes = await judge.outcomes(signed, at: Self.time)
        #expect(outcomes.results == [.pass, .pass, .policy, .policy])
        #expect(outcomes.last?.domain == domain)
    }

    @Test func thousandsOfSignaturesAreNotListed() async throws {
        let fields = Array(String(repeating: "DKIM-Signature: x\r\n", count: 5_000).utf8)
        let many = try await judge().outcomes(sign(fields + message()), at: Self.time)
        #expect(many.count == DKIMCheck.outcomeLimit && many.first?.result == .pass)
    }

    @Test func eachKeyIsAskedForOnceAndAllTogether() async throws {
        let rsa = KeyFixture.rsa.mapError { $0 as any Error }
        let edField = try sign(message()).dropLast(message().count)
        let rsaField = try sign(message(), key: rsa).dropLast(message().count)
        let resolver = RecordingResolver(txt: try judge().zone)
        let content = Content(original: edField + rsaField + edField + rsaField + message())
        let outcomes = await DKIMCheck(resolver: resolver).verify(content, at: Self.time)
        #expect(outcomes.results == [.pass, .pass, .pass, .pass])
        #expect(
            resolver.texts.sorted() == ["ed1._domainkey.example.org", "rsa1._domainkey.example.org"])
        // On a pool the answers are the same.
        let pool = BlockingPool(name: "dkim-check", threads: 1)
        #expect(await DKIMCheck(resolver: resolver, pool: pool).verify(content, at: Self.time) == outcomes)
    }

    @Test func brokenSignaturesAskNothing() async throws {
        let resolver = RecordingResolver(txt: [:])
        let text = String(decoding: try sign(message()), as: UTF8.self)
        for (old, new) in [("v=1", "v=2"), ("a=ed25519-sha256", "a=rsa-sha1"), ("bh=", "bh=AA")] {
            let content = Content(original: Array(text.replacing(old, with: new).utf8))
            let outcomes = await DKIMCheck(resolver: resolver).verify(content, at: Self.time)
            #expect(outcomes.count == 1 && outcomes[0].result != .pass)
        }
        #expect(resolver.questions.isEmpty)
    }

    @Test(arguments: [
        (ResolverFailure.timeout, DKIMResult.temperror), (.server(rcode: 2), .temperror), (.unreachable, .temperror),
        (.malformed, .temperror), (.cancelled, .temperror), (.badName, .permerror),
    ])
    func failuresOfTheResolver(_ failure: ResolverFailure, _ result: DKIMResult) async throws {
        let judge = DKIMJudge(failures: ["ed1._domainkey.example.org": failure])
        #expect(await judge.outcomes(try sign(message()), at: Self.time).results == [result])
    }

    /// What strangers write comes out only where it is harmless.
    @Test func outcomesHoldNoControls() async throws {
        let fields = [
            "v=1; a=rsa\u{7}; d=e\u{1}x.org; s=\u{2}; b=\u{3}", "v=1; a=x y; d=example.org; s=a b; b=A B; bh=; h=from",
            "v=1; a=ed25519-sha256; d=example.org; s=ed1; h=from; bh=\(hashText([])); b=AA; i=a=0D=0Ab@example.org",
        ]
        for field in fields {
            for outcome in await (try judge()).outcomes(
                Array("DKIM-Signature: \(field)\r\n".utf8) + message(), at: Self.time)
            {
                let text =
                    outcome.reason + outcome.identity + outcome.selector + outcome.algorithm + outcome.signatureStart
                #expect(text.unicodeScalars.allSatisfy { $0.value > 0x1F && $0.value != 0x7F }, "\(outcome)")
                #expect(outcome.result != .pass)
            }
        }
    }

    /// A header section of nothing but fields: bounded, and what stands behind the limit counts as not there.
    @Test func manyEmptyFields() async throws {
        let signed = try sign(message())
        let padding = [UInt8](repeating: 0, count: 3 * 10_000).indices.map { [UInt8(ascii: "x"), 58, 10][$0 % 3] }
        #expect(await (try judge()).outcomes(signed, at: Self.time).results == [.pass])
        #expect(await (try judge()).outcomes(padding + signed, at: Self.time).results == [.none])
        let header = ContentHeader(reading: Content(original: padding + signed))
        #expect(header.fields.count == ContentHeader.fieldLimit && header.isMalformed)
    }

    /// 2.5 MB in many short lines, signed here with both keys and verified.
    @Test func aLargeMessageVerifies() async throws {
        let line = Array("A line of some text with trailing space \t \r\n".utf8)
        var body = message("")
        body.reserveCapacity(2_600_000)
        while body.count < 2_500_000 { body += line }
        let keyring = DKIMKeyring()
        keyring.add(try KeyFixture.domain("example.org"))
        let entry = try #require(keyring.keys(for: domain))
        let content = Content(original: body)
        let added = try DKIMSigner.sign(content, with: entry, options: DKIMOptions(), at: Self.time)
        var resolver = FakeResolver()
        resolver.txt = try judge().zone
        let outcomes = await DKIMCheck(resolver: resolver).verify(
            Content(added: added, original: body), at: Self.time)
        #expect(outcomes.results == [.pass, .pass], "\(outcomes.text)")
    }
}
