import Mail
import Testing

@testable import DNSAuth

/// Errors of a record, by kind and place (RFC 7208 §4.6.1, §5, §6, §7.1).
@Suite struct SPFParserTests {
    @Test(arguments: [
        ("moo", SPFSyntaxFailure.Reason.unknownMechanism, 7), ("-all.", .unknownMechanism, 8),
        ("all:x", .unexpectedArgument, 10), ("-all/8", .unexpectedArgument, 11), ("include", .missingDomain, 14),
        ("include:", .missingDomain, 15), ("include/24", .unexpectedArgument, 14), ("exists", .missingDomain, 13),
        ("ptr:", .missingDomain, 11), ("ptr/0", .unexpectedArgument, 10), ("a:", .missingDomain, 9),
        ("a:museum", .badDomain, 9), ("a:museum.", .badDomain, 9), ("a:abc.123", .badDomain, 9),
        ("a:example.-com", .badDomain, 9), ("a:example.com:8080", .badDomain, 9),
        ("a:111.222.33.44", .addressAsDomain, 9), ("a/33", .badPrefixLength, 9), ("a/032", .badPrefixLength, 9),
        ("a//129", .badPrefixLength, 10), ("a/24/28", .unexpectedArgument, 8), ("mx/", .badPrefixLength, 10),
        ("ip4", .badAddress, 10), ("ip4:1.2.3", .badAddress, 11), ("ip4:1.2.3.4/33", .badPrefixLength, 19),
        ("ip4:1.2.3.4//32", .badAddress, 11), ("ip4:::1", .badAddress, 11), ("ip6:1.2.3.4", .badAddress, 11),
        ("ip6::CAFE::BABE", .badAddress, 11), ("exists:%(ir).a.example", .badMacro, 14),
        ("exists:foo%", .badMacro, 17), ("exists:%{x}", .badMacro, 16), ("exists:%{d0}", .badMacro, 17),
        ("exists:%{d", .badMacro, 16), ("exists:%{dx}", .badMacro, 16), ("a:%{c}.example", .explanationMacro, 11),
        ("exp=%{t}.example", .explanationMacro, 13), ("foo=%abc", .badMacro, 11), ("exp=", .missingDomain, 11),
        ("redirect=a.example redirect=b.example", .repeatedModifier, 26), ("=all", .unknownMechanism, 7),
        ("1up=foo", .unknownMechanism, 7), ("-exp=a.example", .unknownMechanism, 8), ("a\tmx", .badCharacter, 8),
        ("\u{E9}", .badCharacter, 7), ("redirect:a.example", .unknownMechanism, 7), ("--all", .unknownMechanism, 8),
    ])
    func placeOfAnError(term: String, reason: SPFSyntaxFailure.Reason, offset: Int) {
        let failures = SPFParser("v=spf1 \(term)").failures
        #expect(failures.map(\.reason) == [reason])
        #expect(failures.first?.offset == offset)
    }

    @Test func allErrorsOfARecordAreFound() {
        let parser = SPFParser("V=SPF1 moo MX ip4:1.2.3 ~ALL cow")
        #expect(parser.failures.map(\.term) == ["moo", "ip4:1.2.3", "cow"])
        #expect(parser.record.directives.map(\.text) == ["MX", "~ALL"])
        #expect(parser.failures[1].description == "bad IP address in \"ip4:1.2.3\" at byte 18")
    }

    @Test func onlyVersionOneIsARecord() {
        for text in ["v=spf1", "v=spf1 ", "V=SpF1 -all"] { #expect(SPFParser.isRecord(text)) }
        for text in ["", "v=spf", "v=spf10", "v=spf1mx", "v=spf2.0/pra", " v=spf1", "v=spf1\t"] {
            #expect(!SPFParser.isRecord(text))
        }
    }

    @Test func whatIsReadStandsInOrder() throws {
        let record = try SPFRecord(
            parsing:
                "v=spf1  +a:h.example/24//64 ?mx ip4:192.0.2.77/24 ~all exp=e.example ra=x moo.cow-far_out=man:dog/c")
        #expect(record.directives.map(\.qualifier) == [.pass, .neutral, .pass, .softfail])
        #expect(
            record.directives[0].mechanism
                == .a(try SPFMacro(parsing: "h.example", as: .domainSpec), SPFPrefixes(v4: 24, v6: 64)))
        #expect(record.directives[2].mechanism == .network(try #require(IPNetwork("192.0.2.0/24"))))
        #expect(record.explanation?.text == "e.example" && record.redirect == nil)
        #expect(record.directives.last?.mechanism == .all)
        #expect(record.otherModifiers == ["ra=x", "moo.cow-far_out=man:dog/c"])
    }

    @Test func tooManyTermsEndTheReading() {
        let parser = SPFParser("v=spf1" + String(repeating: " mx", count: 5_000))
        #expect(parser.failures.map(\.reason) == [.tooLong])
        #expect(parser.record.directives.count == SPFParser.termLimit)
        #expect(SPFParser("v=spf1" + String(repeating: " x", count: 5_000)).failures.count == 33)
    }

    /// RFC 7208 §7.4.
    @Test(arguments: [
        ("%{s}", "strong-bad@email.example.com"), ("%{o}", "email.example.com"), ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"), ("%{d1}", "com"), ("%{dr}", "com.example.email"), ("%{d2r}", "example.email"),
        ("%{l-}", "strong.bad"), ("%{lr}", "strong-bad"), ("%{lr-}", "bad.strong"), ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{d99999999999999999999999999}", "email.example.com"), ("%{L1-}", "bad"), ("a%%b%_c%-d", "a%b c%20d"),
        ("%{t}", "1000"), ("%{r}", "rx.example"), ("%{p}", "unknown"), ("%{S}", "strong-bad%40email.example.com"),
    ])
    func expansion(text: String, expected: String) throws {
        var values = SPFMacroValues(
            localPart: "strong-bad", senderDomain: "email.example.com", domain: "email.example.com",
            client: .v4(0xC000_0203), helo: "mx.example.org")
        values.seconds = 1_000
        values.receiver = "rx.example"
        let macro = try SPFMacro(parsing: text, as: .explanation)
        #expect(macro.expanded(values).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func namesThatNobodyCanBeAskedFor() throws {
        var values = SPFMacroValues(
            localPart: "\u{E9}t\u{E9}", senderDomain: "a.example", domain: "a.example", client: .v4(0), helo: "")
        func name(_ text: String) throws -> String? { try SPFMacro(parsing: text, as: .domainSpec).name(values) }
        #expect(try name("%{l}.example.com") == nil, "RFC 8616 §4")
        #expect(try name("a..example.com") == nil)
        #expect(try name("%{h}.example.com") == nil)
        #expect(try name("X.Example.COM.") == "x.example.com")
        values.localPart = String(repeating: "abcdefg.", count: 40) + "x"
        let cut = try #require(try name("%{l}.%{d}"))
        #expect(cut.utf8.count <= 253 && cut.hasSuffix("abcdefg.x.a.example") && cut.hasPrefix("abcdefg."))
        let endless = String(repeating: "%{l}", count: 1_000) + ".example.com"
        #expect(try name(endless) == nil, "more than 16 KiB")
    }
}
