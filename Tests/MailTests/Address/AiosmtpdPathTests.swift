import Foundation
import Mail
import Testing

/// The addresses that aiosmtpd takes in MAIL and RCPT, which follow RFC 5322 more than RFC 5321.
@Suite struct AiosmtpdPathTests {
    static let deviations: [String: String] = [
        "anne@[IPv6::1]": "RFC 5321 §4.1.3: behind the tag stands `:1`, which is no IPv6 address",
        "anne(comment)@example.com": "RFC 5321 §4.1.2: no comments in a mailbox",
        "(comment)anne@example.com": "RFC 5321 §4.1.2: no comments in a mailbox",
        "anne@example.com(comment)": "RFC 5321 §4.1.2: no comments in a mailbox",
        "anne@machine(comment).  example": "RFC 5321 §4.1.2: no comments and blanks in a mailbox",
        #"much."more\ unusual"@example.com"#: "RFC 5321 §4.1.2: a local part is quoted as a whole",
        #"very."(),:;<>[]".VERY."very@\ "very.unusual@strange.example.com"#:
            "RFC 5321 §4.1.2: a local part is quoted as a whole",
        #"Fred\ Bloggs@example.com"#: "RFC 5321 §4.1.2: a backslash stands in quoted strings only",
        #"Joe.\\Blow@example.com"#: "RFC 5321 §4.1.2: a backslash stands in quoted strings only",
    ]

    @Test(arguments: [true, false])
    func readsItsAddresses(isMail: Bool) throws {
        guard let json = Conformance.json("smtp/aiosmtpd/vectors.json") as? [String: Any] else { return }
        let lists = try #require(json["lists"] as? [String: [String]])
        let valid = try #require(lists[isMail ? "valid_mailfrom_addresses" : "valid_rcptto_addresses"])
        var seen: Set<String> = []
        for address in valid {
            let text = String(address.drop { $0 == " " })
            guard Self.parse(text, isMail: isMail) == false else { continue }
            if text.utf8.count > 64, text.hasPrefix("bbb") || text.hasPrefix("aaa") || text.hasPrefix("ccc") {
                // RFC 5321 §4.5.3.1.1: a local part of 64 bytes; theirs are 65, 500 and no address at all.
                seen.insert(text)
            } else {
                #expect(Self.deviations[text] != nil, "\(text.debugDescription)")
                seen.insert(text)
            }
        }
        for address in try #require(lists["invalid_email_addresses"]) {
            #expect(!Self.parse(address, isMail: isMail), "\(address)")
        }
        #expect(seen.isSuperset(of: Self.deviations.keys))
        Conformance.report(
            "smtp/aiosmtpd/\(isMail ? "mailfrom" : "rcptto")", cases: valid.count + 2, deviations: seen.count)
    }

    private static func parse(_ text: String, isMail: Bool) -> Bool {
        let options = AddressOptions(allowsUTF8: true, allowsBarePath: true)
        let bytes = Array(text.utf8)
        // The whole text must be the path: what is left would be read as parameters.
        if isMail { return (try? ReversePath(parsing: bytes.span, options: options))?.length == bytes.count }
        return (try? ForwardPath(parsing: bytes.span, options: options))?.length == bytes.count
    }
}
