import Mail
import Testing

@Suite struct MailboxTests {
    @Test(arguments: [
        ("a@b.example", "a", "b.example"),
        ("A.b+c@B.EXAMPLE", "A.b+c", "b.example"),
        (#""a b"@c.example"#, "a b", "c.example"),
        (#""\a"@c.example"#, "a", "c.example"),
        (#""a\"b"@c.example"#, #"a"b"#, "c.example"),
        (#"""@c.example"#, "", "c.example"),
        ("a@[192.0.2.001]", "a", "[192.0.2.1]"),
        ("a@[IPv6:2001:DB8::1]", "a", "[IPv6:2001:db8::1]"),
        ("a@[ipv6:0:0:0:0:0:ffff:192.0.2.1]", "a", "[IPv6:::ffff:192.0.2.1]"),
        ("a@[x-tag:Data]", "a", "[x-tag:data]"),
        ("用户@例え.jp", "用户", "xn--r8jz45g.jp"),
        ("a@Bücher.example", "a", "xn--bcher-kva.example"),
        ("a@b\u{FC}cher\u{3002}example", "a", "xn--bcher-kva.example"),
        ("a@bu\u{308}cher.example", "a", "xn--bcher-kva.example"),
        ("a@fa\u{DF}.de", "a", "xn--fa-hia.de"),
        ("a@ＥＸ.example", "a", "ex.example"),
    ])
    func reads(text: String, localPart: String, domain: String) throws {
        let mailbox = try Mailbox(parsing: text)
        #expect(mailbox.localPart == localPart)
        #expect(mailbox.domain.text == domain)
    }

    @Test(arguments: [
        ("", AddressFailure.missingAt(at: 0)),
        ("@b", .missingLocalPart(at: 0)),
        ("ab", .missingAt(at: 2)),
        ("a@", .missingDomain(at: 2)),
        (".a@b", .misplacedDot(at: 0)),
        ("a..b@c", .misplacedDot(at: 2)),
        ("a.@c", .misplacedDot(at: 1)),
        ("a b@c", .badLocalPart(at: 1)),
        ("a\r\n@c", .badLocalPart(at: 1)),
        ("\"a@c", .unterminatedQuote(at: 0)),
        ("\"a\u{0}\"@c", .badLocalPart(at: 2)),
        ("\"a\"b@c", .badLocalPart(at: 3)),
        ("a@b..c", .badDomain(at: 4)),
        ("a@-b", .badDomain(at: 2)),
        ("a@b-", .badDomain(at: 3)),
        ("a@b.", .badDomain(at: 4)),
        ("a@b c", .trailingText(at: 3)),
        ("a@b_c", .trailingText(at: 3)),
        ("a@[1.2.3]", .badAddressLiteral(at: 3)),
        ("a@[IPv6:zz]", .badAddressLiteral(at: 8)),
        ("a@[1.2.3.4", .badAddressLiteral(at: 10)),
        ("a@xn--0.com", .badInternationalLabel(at: 2)),
        ("a@ab--ü.example", .badInternationalLabel(at: 2)),
        ("a@\u{301}ü.example", .badInternationalLabel(at: 2)),
        ("a@☃.example", .badInternationalLabel(at: 2)),
    ])
    func refusesAndSaysWhere(text: String, failure: AddressFailure) {
        #expect(throws: failure) { try Mailbox(parsing: text) }
    }

    @Test func limitsAreThoseOfRFC5321() throws {
        let local = String(repeating: "a", count: 64)
        #expect(throws: Never.self) { try Mailbox(parsing: local + "@b.example") }
        #expect(throws: AddressFailure.localPartTooLong(at: 0)) { try Mailbox(parsing: local + "a@b.example") }
        let label = String(repeating: "b", count: 63)
        #expect(throws: Never.self) { try Mailbox(parsing: "a@\(label).example") }
        #expect(throws: AddressFailure.labelTooLong(at: 2)) { try Mailbox(parsing: "a@\(label)b.example") }
        let long = Array(repeating: label, count: 4).joined(separator: ".")
        #expect(throws: Never.self) { try Domain(parsing: long) }
        #expect(throws: AddressFailure.domainTooLong(at: 0)) { try Domain(parsing: long + ".b") }
        #expect(throws: AddressFailure.pathTooLong(at: 0)) { try Mailbox(parsing: "a@" + long) }
        let relaxed = AddressOptions(localPartLimit: 200)
        #expect(throws: Never.self) {
            try Mailbox(parsing: String(repeating: "a", count: 200) + "@b.example", options: relaxed)
        }
    }

    @Test func utf8IsRefusedWithoutSMTPUTF8() {
        #expect(throws: AddressFailure.needsSMTPUTF8(at: 0)) { try Mailbox(parsing: "ü@b", options: .strict) }
        #expect(throws: AddressFailure.needsSMTPUTF8(at: 2)) { try Mailbox(parsing: "a@ü", options: .strict) }
        let broken: [UInt8] = Array("a".utf8) + [0xFF] + Array("@b".utf8)
        #expect(throws: AddressFailure.malformedUTF8(at: 1)) { try Mailbox(parsing: broken.span, options: .utf8) }
    }

    @Test func formsOfOneMailboxAreEqualAndPrintAlike() throws {
        let plain = try Mailbox(parsing: "a@b")
        #expect(try Mailbox(parsing: #""a"@B"#) == plain)
        #expect(try Mailbox(parsing: #""\a"@b"#).description == "a@b")
        #expect(try Mailbox(parsing: #""a b\\\""@b"#).description == #""a b\\\""@b"#)
        #expect(try Mailbox(parsing: #"".a"@b"#).description == #"".a"@b"#)
        #expect(try Mailbox(parsing: #"""@b"#).description == #"""@b"#)
    }

    @Test func saysWhatItNeeds() throws {
        #expect(try Mailbox(parsing: "ü@b").needsSMTPUTF8)
        #expect(try !Mailbox(parsing: "a@ü.example").needsSMTPUTF8)
        #expect(try Mailbox(parsing: "PostMaster@b").isPostmaster)
    }

    @Test func domainsKnowTheirParents() throws {
        let parent = try Domain(parsing: "example.com")
        #expect(try Domain(parsing: "a.example.com").isWithin(parent))
        #expect(try Domain(parsing: "example.com").isWithin(parent))
        #expect(try !Domain(parsing: "badexample.com").isWithin(parent))
        #expect(try !Domain(parsing: "com").isWithin(parent))
        #expect(try Domain(parsing: "[192.0.2.1]").literalAddress == IPAddress("192.0.2.1"))
        #expect(try Domain(parsing: "[IPv6:::1]").literalAddress == IPAddress("::1"))
        #expect(try Domain(parsing: "xn--bcher-kva.example").unicodeText == "bücher.example")
    }
}
