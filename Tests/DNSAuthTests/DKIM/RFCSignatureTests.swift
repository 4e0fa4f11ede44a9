import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The signatures printed in RFC 6376 Appendix A and RFC 8463 Appendix A come out again, byte for byte.
@Suite struct RFCSignatureTests {
    /// The message of a file, split behind its leading DKIM-Signature fields. Line ends become CRLF.
    private func split(_ file: URL) throws -> (signatures: [String], message: [UInt8]) {
        var text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        text = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\n", with: "\r\n")
        var signatures: [String] = []
        while text.hasPrefix("DKIM-Signature:") {
            var end = text.range(of: "\r\n")!.upperBound
            while text[end] == " " || text[end] == "\t" {
                end = text.range(of: "\r\n", range: end..<text.endIndex)!.upperBound
            }
            signatures.append(String(text[..<end]))
            text = String(text[end...])
        }
        return (signatures, Array(text.utf8))
    }

    private func check(_ signature: String, over message: [UInt8], key der: [UInt8]) throws {
        let template = SignatureTemplate(signature)
        let stored = try DKIMKeyPair.reading(der: der, selector: #require(template.tags["s"]))
        #expect(stored.algorithm.rawValue == template.tags["a"])
        let (input, body) = try template.hashInput(over: message)
        #expect(hashText(body) == template.bodyHash)
        #expect(Base64.encode(try SigningKey(stored).sign(input)) == template.signature)
    }

    @Test func rfc8463BothAlgorithms() throws {
        guard let folder = Conformance.folder("dkim/rfc") else { return }
        let (signatures, message) = try split(folder.appending(path: "rfc8463-A.3-signed.eml"))
        #expect(signatures.count == 2)
        // RFC 8410 §7: the seed in its PKCS#8 wrapping.
        let prefix: [UInt8] = [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20]
        let seed = try Conformance.der(folder.appending(path: "rfc8463-private-ec.key"))
        try check(signatures[0], over: message, key: prefix + seed)
        try check(
            signatures[1], over: message, key: Conformance.der(folder.appending(path: "rfc8463-private-rsa.key.b64")))
        // What the zone publishes is what we would publish.
        let ed = try DKIMKeyPair.reading(der: prefix + seed, selector: "brisbane")
        #expect(DKIMRecord(ed).text == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
        print("conformance dkim/rfc RFC 8463: 2 signatures, 2 byte-exact")
    }

    @Test func rfc6376AppendixA() throws {
        guard let folder = Conformance.folder("dkim/rfc") else { return }
        let (signatures, message) = try split(folder.appending(path: "rfc6376-A.2-signed.eml"))
        let key = try Conformance.der(folder.appending(path: "rfc6376-appendixC-private.pem.b64"))
        try check(#require(signatures.first), over: message, key: key)
        print("conformance dkim/rfc RFC 6376: 1 signature, 1 byte-exact")
    }
}
