import Foundation
import Mail
import Testing

@testable import DNSAuth

/// Odd messages, signed here and judged elsewhere, and the reverse. MARTLET_FULL=1 makes it 10,000 of each.
@Suite(.serialized) struct DKIMInteropTests {
    private static let domain = Domain(canonical: "example.org")

    private func zone() throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: try KeyFixture.domain("example.org").dkim.map {
                (DKIMRecord.name(selector: $0.selector, domain: Self.domain), DKIMRecord($0).text)
            })
    }

    /// libopendkim is fed by a milter, where the last line is complete and an empty line ends the header section.
    /// Without them it hashes something else than it will verify itself.
    private func messages(seed: UInt64, for oracle: DKIMOracle) -> [Content] {
        var generator = MessageGenerator(seed: seed)
        return (0..<DKIMOracle.count).map { _ in
            var content = generator.next()
            if oracle == .libopendkim {
                if content.original.last != 10 { content.original += [13, 10] }
                let hasNoEnd = ContentHeader(reading: content).bodyOffset == content.original.count
                if hasNoEnd, !content.original.ends(with: [13, 10, 13, 10]) { content.original += [13, 10] }
            }
            return content
        }
    }

    @Test(.timeLimit(.minutes(30)), arguments: DKIMOracle.allCases)
    func othersVerifyWhatWeSign(_ oracle: DKIMOracle) throws {
        guard let python = oracle.python(for: "\(oracle) as judge") else { return }
        let keyring = DKIMKeyring()
        keyring.add(try KeyFixture.domain("example.org"))
        let entry = try #require(keyring.keys(for: Self.domain))
        let signed = try messages(seed: 6_376, for: oracle).map { content in
            let fields = try DKIMSigner.sign(content, with: entry, options: DKIMOptions(), at: Self.signedAt)
            return fields + content.added + content.original
        }
        let marks = try oracle.run("verify", python, settings: ["zone": zone(), "signatures": 2], messages: signed)
        let good = marks.filter { $0 == "11" }.count
        print(
            "interop \(oracle): \(good) of \(signed.count) messages signed here verify there, RSA-2048 and Ed25519 each"
        )
        #expect(good == DKIMOracle.count, "first bad: \(marks.firstIndex { $0 != "11" } ?? -1)")
    }

    @Test(
        .timeLimit(.minutes(30)), arguments: DKIMOracle.allCases, [DKIMKey.Algorithm.rsaSHA256, .ed25519SHA256])
    func weVerifyWhatOthersSign(_ oracle: DKIMOracle, _ algorithm: DKIMKey.Algorithm) async throws {
        guard let python = oracle.python(for: "\(oracle) as signer") else { return }
        let key = try algorithm == .rsaSHA256 ? KeyFixture.rsa.get() : KeyFixture.ed25519.get()
        let body = Base64.encodeLines(key.privateKey)
        let pem = "-----BEGIN PRIVATE KEY-----\n\(body)-----END PRIVATE KEY-----\n"
        // dkimpy wants the seed of an Ed25519 key, which ends its PKCS#8 form (RFC 8410 §7).
        let secret =
            oracle == .dkimpy && algorithm == .ed25519SHA256 ? Base64.encode(Array(key.privateKey.suffix(32))) : pem
        let settings: [String: Any] = [
            "zone": try zone(), "key": secret, "selector": key.selector, "domain": "example.org",
            "algorithm": algorithm.rawValue,
        ]
        let plain = messages(seed: 8_463, for: oracle).map { $0.added + $0.original }
        let signed = try oracle.run("sign", python, settings: settings, messages: plain)
        try #require(signed.count == plain.count)
        let judge = try DKIMJudge(zone: zone().mapValues { [$0] })
        var good = 0
        for (index, line) in signed.enumerated() {
            let message = [UInt8](try #require(Data(base64Encoded: String(line))))
            let outcomes = await judge.outcomes(message, at: WallTime(milliseconds: Self.soon()))
            if outcomes.results == [.pass] {
                good += 1
            } else if index - good < 3 {
                Issue.record("\(index): \(outcomes.text)")
            }
        }
        print(
            "interop \(oracle): \(good) of \(plain.count) messages signed there with \(algorithm.rawValue) verify here")
        #expect(good == plain.count)
    }

    private static let signedAt = WallTime(milliseconds: 1_760_000_000_000)

    /// The signers write the time of this machine into `t=`.
    private static func soon() -> Int64 { Int64(Date().timeIntervalSince1970) * 1_000 + 60_000 }
}

extension [UInt8] {
    fileprivate func ends(with tail: [UInt8]) -> Bool { suffix(tail.count).elementsEqual(tail) }
}

extension Base64 {
    fileprivate static func encodeLines(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        encodeLines(bytes.span, to: &out)
        return String(decoding: out.filter { $0 != 13 }, as: UTF8.self)
    }
}
