import Mail
import Testing

/// Mailgun's flanker: addresses that users type, with and without a display name.
@Suite struct FlankerConformanceTests {
    static let deviations: [String: String] = [
        "bob@under_scope": "RFC 5321 §4.1.2: a sub-domain has letters, digits and hyphens",
        #"Bill Gates <"billy"@retired.Micr!osoft99.com>"#: "RFC 5321 §4.1.2: a sub-domain has no exclamation mark",
    ]
    /// Refused as a mailbox, taken in a header field, whose grammar is wider.
    static let headerForms: [String: String] = [
        #"partially."quoted"@sld.com"#: "RFC 5322 §4.4: obs-local-part",
        #"first."".last@iana.org"#: "RFC 5322 §4.4: obs-local-part",
        #""foo"(yay)@(hoopla)[1.2.3.4]"#: "RFC 5322 §3.4.1: comments around the @",
        "test@xn--example.com": "RFC 5890 §2.3.2.1: decodable Punycode; whether the name exists is for the DNS to say",
    ]

    @Test func takesTheValid() {
        var deviating = 0
        let cases = Self.addresses("mailbox_valid")
        for address in cases where (try? NamedMailbox(parsing: address)) == nil {
            deviating += 1
            #expect(Self.deviations[address] != nil, "\(address.debugDescription)")
        }
        #expect(cases.isEmpty || deviating == Self.deviations.count)
        Conformance.report("smtp/flanker-addresses/mailbox_valid", cases: cases.count, deviations: deviating)
    }

    @Test func refusesTheInvalid() {
        var deviating = 0
        let cases = Self.addresses("mailbox_invalid")
        for address in cases {
            let isDNSQuestion = address == "test@xn--example.com"
            #expect(((try? Mailbox(parsing: address)) != nil) == isDNSQuestion, "\(address.debugDescription)")
            guard (try? NamedMailbox(parsing: address)) != nil else { continue }
            deviating += 1
            #expect(Self.headerForms[address] != nil, "\(address.debugDescription)")
        }
        #expect(cases.isEmpty || deviating == Self.headerForms.count)
        Conformance.report("smtp/flanker-addresses/mailbox_invalid", cases: cases.count, deviations: deviating)
    }

    private static func addresses(_ list: String) -> [String] {
        guard let text = Conformance.text("smtp/flanker-addresses/\(list).txt") else { return [] }
        return text.split(whereSeparator: \.isNewline).compactMap { address(String($0)) }
    }

    /// A line without its comment, which begins at a `#` behind blanks.
    private static func address(_ line: String) -> String? {
        guard !line.hasPrefix("# "), line != "#", !line.allSatisfy(\.isWhitespace) else { return nil }
        let end = line.firstRange(of: "  #")?.lowerBound ?? line.endIndex
        var address = line[..<end]
        while address.last?.isWhitespace == true { address.removeLast() }
        return address.isEmpty ? nil : String(address)
    }
}
