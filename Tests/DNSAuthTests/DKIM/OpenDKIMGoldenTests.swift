import Foundation
import Mail
import Testing

@testable import DNSAuth

/// OpenDKIM's own signing tests: what it signed in 2007 we sign the same, in all four canonicalisations.
@Suite struct OpenDKIMGoldenTests {
    private static let refused = [
        "t-test154":
            "two From fields: OpenDKIM refuses it too (eoh_status SYNTAX); the text beside it is that of t-test00"
    ]

    /// Signing cases in which libopendkim makes no signature, so that there is nothing to compare.
    private static let unsigned = [
        "t-test86": "two From fields, one of them broken: intake refuses such mail (RFC 5322 §3.6)",
        "t-test144": "a key that is none: see DKIMSignerTests.aBadKeyIsAFailureAndNotAMissingSignature",
        "t-test146": "the same, once it has failed to load",
        "t-test148": "an i= outside of d=: the signer writes no i= (RFC 6376 §3.5)",
        "t-test150": "a key that is too small: see DKIMKeyTests.smallKeysAreRefused (RFC 8301 §3.2)",
    ]

    /// Bare CR and LF, which OpenDKIM repairs while it signs. Here intake does that before (RFC 5321 §2.3.8).
    private static let repaired: Set = ["t-test90", "t-test91"]

    private struct Case { var name: String, template: SignatureTemplate, message: [UInt8] }

    private func cases(in folder: URL) throws -> [Case] {
        let parsed = try Conformance.json(folder.appending(path: "cases.json"))
        let list = try #require(parsed as? [[String: Any]])
        var without: Set<String> = []
        defer { #expect(without == Set(Self.unsigned.keys)) }
        return try list.compactMap { entry in
            guard entry["kind"] as? String == "sign" else { return nil }
            let name = try #require(entry["name"] as? String)
            let file = try #require(entry["file"] as? String)
            guard let value = entry["expected_signature_value"] as? String else {
                without.insert(name)
                return nil
            }
            let message = try Conformance.bytes(folder.appending(path: file))
            return Case(
                name: name, template: SignatureTemplate("DKIM-Signature: " + value),
                message: Self.repaired.contains(name) ? Self.repair(message) : message)
        }
    }

    @Test func goldenSignatures() throws {
        guard let folder = Conformance.folder("dkim/opendkim") else { return }
        let stored = try DKIMKeyPair.reading(
            der: Conformance.der(folder.appending(path: "testkey.pem.b64")), selector: "test")
        let key = try SigningKey(stored)
        let all = try cases(in: folder)
        var exact = 0
        var old: [(Case, input: [UInt8], body: [UInt8])] = []
        for golden in all where Self.refused[golden.name] == nil {
            let (input, body) = try golden.template.hashInput(over: golden.message)
            guard golden.template.tags["a"] == "rsa-sha256" else {
                old.append((golden, input, body))
                continue
            }
            #expect(hashText(body) == golden.template.bodyHash, "\(golden.name) body")
            let signature = Base64.encode(try key.sign(input))
            #expect(signature == golden.template.signature, "\(golden.name)")
            if signature == golden.template.signature { exact += 1 }
        }
        // RFC 8301 §3.1 forbids SHA-1, so we cannot sign these; OpenSSL does, over our canonical bytes.
        guard let openssl = Tool.find("openssl", for: "OpenDKIM's rsa-sha1 goldens") else { return }
        let work = try TemporaryFolder()
        let pem = Base64.encode(stored.privateKey)
        try work.write("-----BEGIN PRIVATE KEY-----\n\(pem)\n-----END PRIVATE KEY-----\n", to: "key.pem")
        for (golden, input, body) in old {
            let hash = try digest(openssl, ["-binary"], body, work)
            #expect(hash == golden.template.bodyHash, "\(golden.name) body")
            let signature = try digest(openssl, ["-sign", "key.pem"], input, work)
            #expect(signature == golden.template.signature, "\(golden.name)")
            if signature == golden.template.signature { exact += 1 }
        }
        for name in Self.refused.keys.sorted() { print("deviation dkim/opendkim \(name): \(Self.refused[name] ?? "")") }
        print(
            "conformance dkim/opendkim goldens: \(all.count) cases, \(exact) byte-exact,",
            "\(Self.refused.count) deviations listed, \(Self.unsigned.count) more without a signature"
        )
        #expect(all.count == 37)
        #expect(exact + Self.refused.count == all.count)
    }

    private static func repair(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 13: out += [13, 10]
            case 10: if index == 0 || bytes[index - 1] != 13 { out += [13, 10] }
            default: out.append(byte)
            }
        }
        return out
    }

    private func digest(
        _ openssl: String, _ options: [String], _ input: [UInt8], _ work: TemporaryFolder
    ) throws -> String {
        let result = try Tool.run(
            openssl, ["dgst", "-sha1", "-out", "result"] + options, input: Data(input), in: work.url)
        #expect(result.status == 0, "\(result.errors)")
        return try Data(contentsOf: work.url.appending(path: "result")).base64EncodedString()
    }
}
