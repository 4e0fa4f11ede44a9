import Loop
import Mail
import Testing

@testable import DNSAuth

@Suite struct DKIMSignerTests {
    private let time = WallTime(milliseconds: 1_760_000_000_999)

    private func sign(
        _ text: String, added: String = "", keys: [DKIMKey]? = nil, options: DKIMOptions = DKIMOptions()
    ) throws -> [String] {
        let keyring = DKIMKeyring()
        keyring.add(try KeyFixture.domain("example.org", keys: keys))
        let entry = try #require(keyring.keys(for: Domain(canonical: "example.org")))
        let content = Content(added: Array(added.utf8), original: Array(text.utf8))
        let bytes = try DKIMSigner.sign(content, with: entry, options: options, at: time)
        #expect(bytes.suffix(2) == [13, 10])
        return String(decoding: bytes, as: UTF8.self).split(separator: "DKIM-Signature:").map { "DKIM-Signature:" + $0 }
    }

    private let plain = "From: a@example.org\r\nSubject: x\r\nDate: d\r\n\r\nbody\r\n"

    @Test func oneFieldForEachKey() throws {
        let fields = try sign(plain)
        #expect(fields.count == 2)
        let tags = fields.map { SignatureTemplate($0).tags }
        #expect(tags.map { $0["a"] } == ["rsa-sha256", "ed25519-sha256"])
        #expect(tags.map { $0["s"] } == ["rsa1", "ed1"])
        #expect(tags[0]["bh"] == tags[1]["bh"])
        for tags in tags {
            #expect(tags["v"] == "1" && tags["c"] == "relaxed/relaxed" && tags["d"] == "example.org")
            #expect(tags["t"] == "1760000000" && tags["x"] == nil && tags["l"] == nil)
        }
    }

    @Test func fromIsSignedOnceMoreThanItIsThere() throws {
        let names = SignatureTemplate(try sign(plain)[0]).names
        #expect(names.filter { $0 == "from" }.count == 2)
        #expect(names.filter { $0 == "subject" }.count == 2)
        #expect(names.filter { $0 == "date" }.count == 2)
        #expect(names.filter { $0 == "to" }.count == 1, "absent, and must stay so")
        #expect(names.filter { $0 == "sender" }.isEmpty)
    }

    @Test func aSecondFromBreaksTheSignature() throws {
        let template = SignatureTemplate(try sign(plain)[0])
        let honest = try template.hashInput(over: Array(plain.utf8)).input
        for forged in [
            "From: evil@example.net\r\n" + plain,
            plain.replacing("\r\nSubject", with: "\r\nFrom: e@example.net\r\nSubject"),
        ] {
            #expect(try template.hashInput(over: Array(forged.utf8)).input != honest)
        }
        #expect(try template.hashInput(over: Array(("X-Other: y\r\n" + plain).utf8)).input == honest)
    }

    @Test func addedFieldsAreSignedLikeTheClientsOwn() throws {
        let added = "Received: by us\r\nMessage-ID: <1@example.org>\r\n"
        let template = SignatureTemplate(try sign(plain, added: added)[0])
        #expect(template.names.contains("message-id"))
        #expect(!template.names.contains("received"))
        let whole = try template.hashInput(over: Array((added + plain).utf8)).input
        let signature = try SigningKey(KeyFixture.rsa.get()).sign(whole)
        #expect(Base64.encode(signature) == template.signature)
    }

    @Test func expiryIsWrittenWhenAskedFor() throws {
        var options = DKIMOptions()
        options.lifetime = .seconds(86_400)
        #expect(SignatureTemplate(try sign(plain, options: options)[0]).tags["x"] == "1760086400")
    }

    @Test(arguments: [
        "", "Subject: no author\r\n\r\nx", " starts with a continuation\r\nFrom: a@example.org\r\n\r\n",
        "From: a@example.org\r\nnot a field\r\n\r\n", "From: a@example.org\r\n: no name\r\n\r\n",
    ])
    func whatCannotBeParsedIsNotSigned(_ text: String) {
        #expect(throws: SigningFailure.malformedContent) { try sign(text) }
    }

    @Test func aBadKeyIsAFailureAndNotAMissingSignature() throws {
        var bad = try KeyFixture.rsa.get()
        bad.privateKey.removeLast(100)
        #expect(throws: SigningFailure.badKey(selector: "rsa1")) { try sign(plain, keys: [bad]) }
        var wrong = try KeyFixture.ed25519.get()
        wrong.algorithm = .rsaSHA256
        #expect(throws: SigningFailure.badKey(selector: "ed1")) { try SigningKey(wrong) }
        var injected = try KeyFixture.rsa.get()
        injected.selector = "a;b=\r\nX: y"
        #expect(throws: SigningFailure.badKey(selector: injected.selector)) { try SigningKey(injected) }
    }

    @Test func withoutKeysThereIsNoSignature() async throws {
        let signer = DKIMSigner(keyring: DKIMKeyring(), pool: BlockingPool(name: "dkim", threads: 1))
        let none = try await signer.signatures(
            for: Content(original: Array(plain.utf8)), author: Domain(canonical: "example.org"), at: time)
        #expect(none.isEmpty)
    }

    @Test func manyTasksShareTheKeys() async throws {
        let keyring = DKIMKeyring()
        keyring.add(try KeyFixture.domain("example.org"))
        let signer = DKIMSigner(keyring: keyring, pool: BlockingPool(name: "dkim", threads: 4))
        let content = Content(original: Array(plain.utf8))
        let time = time
        let distinct = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<64 {
                group.addTask {
                    try await signer.signatures(for: content, author: Domain(canonical: "example.org"), at: time)
                }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(distinct.count == 1, "both algorithms are deterministic")
    }
}
