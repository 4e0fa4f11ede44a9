import Mail
import Testing

@testable import DNSAuth

/// One signed message with one byte changed, thousands of times: it passes exactly when its canonical form is the same.
@Suite struct DKIMMutationTests {
    @Test func aChangedByteIsSeen() async throws {
        let stored = try KeyFixture.ed25519.get()
        let keyring = DKIMKeyring()
        keyring.add(try KeyFixture.domain("example.org", keys: [stored]))
        let entry = try #require(keyring.keys(for: Domain(canonical: "example.org")))
        let time = WallTime(milliseconds: 1_760_000_000_000)
        let judge = DKIMJudge(zone: ["ed1._domainkey.example.org": [DKIMRecord(stored).text]])
        let head = "From: a@example.org\r\nTo: b@example.net\r\nX-Free: this\r\nSubject: one \t two\r\n"
        let text = head + "\r\nSome  text \r\n\r\nmore\r\n"
        let plain = Array(text.utf8)
        let signed =
            try DKIMSigner.sign(Content(original: plain), with: entry, options: DKIMOptions(), at: time) + plain
        let reference = Self.canonical(signed)
        #expect(await judge.outcomes(signed, at: time).results == [.pass])
        var random = SeededGenerator(seed: 21)
        var passed = 0
        let rounds = 4_000
        for _ in 0..<rounds {
            var changed = signed
            let place = Int.random(in: 0..<changed.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: changed[place] = [32, 9, 13, 10, 59, 61, 65, 0, 255].randomElement(using: &random)!
            case 1: changed.insert([32, 9, 13, 10, 58, 59, 0].randomElement(using: &random)!, at: place)
            default: changed.remove(at: place)
            }
            let outcomes = await judge.outcomes(changed, at: time)
            let isSame = Self.canonical(changed) == reference
            // Base64 may be folded anywhere and lack its padding: then b= is another text for the same bytes.
            let isPass = outcomes.results == [.pass]
            #expect(isPass == isSame, "\(place): \(String(decoding: changed, as: UTF8.self)) \(outcomes.text)")
            if isPass { passed += 1 }
        }
        print("DKIM mutations: \(rounds), of which \(passed) change nothing that is signed")
        #expect(passed > 0 && passed < rounds)
    }

    /// Everything that is hashed, and the signature itself; empty when there is no field that can be read.
    private static func canonical(_ message: [UInt8]) -> [[UInt8]] {
        let content = Content(original: message)
        let header = ContentHeader(reading: content)
        guard let place = header.places(of: Array("dkim-signature".utf8), in: content).first else { return [] }
        let signature = try? header.withField(place, of: content) { bytes, value throws(SignatureFailure) in
            try DKIMSignature(bytes.extracting(value))
        }
        guard let signature else { return [] }
        return [
            HashInput.header(signature, at: place, of: header, in: content),
            signature.form.body.body(Array(message[header.bodyOffset...])), signature.signature, signature.bodyHash,
        ]
    }
}
