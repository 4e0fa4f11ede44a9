import Mail
import Testing

@testable import DNSAuth

@Suite struct ForgedResultsTests {
    private func removed(_ text: String, added: String = "") -> String {
        let content = Content(added: Array(added.utf8), original: Array(text.utf8))
        let result = ForgedResults.removed(from: content, authority: "mx.example.net")
        #expect(result.added == content.added)
        return String(decoding: result.original, as: UTF8.self)
    }

    @Test func fieldsInOurNameGo() {
        let kept = "From: a@b.example\r\nAuthentication-Results: other.example; spf=pass\r\n"
        let body = "\r\nAuthentication-Results: mx.example.net; spf=pass\r\n"
        let forged = [
            "Authentication-Results: mx.example.net; spf=pass\r\n",
            "AUTHENTICATION-RESULTS:MX.Example.NET;dkim=pass\r\n\theader.d=bank.example\r\n",
            "Authentication-Results : (hello) \"mx.example.net\" 1; none\r\n",
            "Authentication-Results:\r\n mx.example.net.; dmarc=pass\r\n",
            // Nobody knows what these mean to whoever reads less strictly.
            "Authentication-Results: mx.example.net 2; spf=pass\r\n",
            "Authentication-Results: spf=pass smtp.mailfrom=bank.example\r\n", "Authentication-Results:\r\n",
        ]
        for field in forged {
            #expect(removed(field + kept + body) == kept + body)
            #expect(removed(kept + field + body) == kept + body)
        }
        #expect(removed(forged.joined() + kept + forged.joined() + body) == kept + body)
        // Without a body, and with an authority that only resembles ours.
        #expect(removed(forged[0]) == "")
        let similar =
            "Authentication-Results: xmx.example.net; spf=pass\r\nARC-Authentication-Results: i=1; mx.example.net\r\n"
        #expect(removed(similar) == similar)
        #expect(removed("X: y\r\n" + body, added: forged[0]) == "X: y\r\n" + body)
    }

    @Test func internationalizedNamesAreOneInBothForms() {
        let content = Content(original: Array("Authentication-Results: bücher.example; spf=pass\r\n\r\n".utf8))
        #expect(ForgedResults.removed(from: content, authority: "xn--bcher-kva.example").original == [13, 10])
    }

    /// 25 MB without a forged field come back as they are: the same storage, not a copy.
    @Test func nothingIsCopiedInVain() {
        let original = Array("From: a@b.example\r\n\r\n".utf8) + [UInt8](repeating: 97, count: 25_000_000)
        let content = Content(original: original)
        let result = ForgedResults.removed(from: content, authority: "mx.example.net")
        let isSame = unsafe content.original.withUnsafeBufferPointer { before in
            unsafe result.original.withUnsafeBufferPointer { after in unsafe before.baseAddress == after.baseAddress }
        }
        #expect(isSame)
    }

    /// What a sealer takes over (RFC 8617 §5.1).
    @Test func theTextOfOneAuthority() {
        let text = """
            Authentication-Results: mx.example.net; arc=none;
              spf=pass (a; b) smtp.mfrom=jqd@d1.example
            Authentication-Results: nobody.example; something=ignored
            Authentication-Results: mx.example.net 1; none
            Authentication-Results: mx.example.net; dmarc=pass reason="x;y";;

            """.replacing("\n", with: "\r\n")
        let found = ResultsText(
            of: Content(
                added: Array("Authentication-Results: MX.example.net; dkim=fail\r\n".utf8), original: Array(text.utf8)),
            authority: "mx.example.net")
        #expect(
            found.findings.map { String(decoding: $0, as: UTF8.self) } == [
                "dkim=fail", "arc=none", "spf=pass (a; b) smtp.mfrom=jqd@d1.example", "dmarc=pass reason=\"x;y\"",
            ])
        #expect(found.result(of: "spf") == "pass")
        #expect(found.result(of: "iprev") == nil)
    }
}
