import Foundation
import Mail
import Testing

/// KumoMTA's command vectors, as far as they concern the paths of MAIL and RCPT.
@Suite struct KumomtaPathTests {
    @Test func readsThePathsOfMAILAndRCPT() throws {
        guard let json = Conformance.json("smtp/kumomta-vectors/parser.json") as? [String: Any] else { return }
        let cases = try #require(json["cases"] as? [[String: Any]])
        var count = 0
        for test in cases {
            for assertion in test["assertions"] as? [[String: Any]] ?? [] {
                guard let line = (assertion["input_literals"] as? [String])?.first,
                    let expected = Self.expectation(assertion), let path = Self.path(line)
                else { continue }
                count += 1
                let parsed = Self.parse(path.text, isMail: path.isMail)
                #expect((parsed != nil) == expected.isAccepted, "\(line)")
                if let mailbox = expected.mailbox { #expect(parsed == mailbox, "\(line)") }
            }
        }
        #expect(count >= 25)
        Conformance.report("smtp/kumomta-vectors (paths)", cases: count, deviations: 0)
    }

    /// The canonical text of the mailbox; empty for `<>` and `<postmaster>`.
    private static func parse(_ text: String, isMail: Bool) -> String? {
        let options = AddressOptions(allowsUTF8: true, allowsBarePath: true)
        let bytes = Array(text.utf8)
        if isMail {
            guard let path = try? ReversePath(parsing: bytes.span, options: options) else { return nil }
            return path.mailbox?.description ?? ""
        }
        guard let path = try? ForwardPath(parsing: bytes.span, options: options) else { return nil }
        if case .mailbox(let mailbox) = path.recipient { return mailbox.description }
        return ""
    }

    private static func path(_ line: String) -> (text: String, isMail: Bool)? {
        for (prefix, isMail) in [("mail from:", true), ("rcpt to:", false)] where line.lowercased().hasPrefix(prefix) {
            return (String(line.dropFirst(prefix.count).drop { $0 == " " }), isMail)
        }
        return nil
    }

    private static func expectation(_ assertion: [String: Any]) -> (isAccepted: Bool, mailbox: String?)? {
        guard let rust = (assertion["expected"] as? [[String: String]])?.first?["rs"] else { return nil }
        if rust.contains("InvalidSenderAddress") || rust.contains("InvalidRecipientAddress") { return (false, nil) }
        guard rust.contains("MailFrom") || rust.contains("RcptTo") else { return nil }
        guard let local = rust.components(between: "_path(\"", and: "\"").first else { return (true, nil) }
        if let name = rust.components(between: "DomainName(\"", and: "\"").first { return (true, "\(local)@\(name)") }
        if let address = rust.components(between: "V4(\"", and: "\"").first { return (true, "\(local)@[\(address)]") }
        if let address = rust.components(between: "V6(\"", and: "\"").first {
            return (true, "\(local)@[IPv6:\(address)]")
        }
        if let tagged = rust.components(between: "Tagged(\"", and: "\"").first { return (true, "\(local)@[\(tagged)]") }
        return (true, nil)
    }
}
