import Foundation
import Mail
import Testing

/// The address fields of Stalwart's mail-parser, which keeps comments in names and takes what is no address.
@Suite struct MailParserAddressTests {
    /// Field text without line ends: why our list differs.
    static let deviations: [String: String] = [
        "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example":
            "RFC 5322 §4.4: the route is ignored and the blanks around a dot are no part of the domain",
        "\"  James Smythe\" <james@example.com>, Friends:\n  jane@example.com, =?UTF-8?Q?John_Sm=C3=AEth?=\n"
            + "   <john@example.com>;": "blanks at the ends of a name are trimmed",
    ]

    @Test func readsAddressLists() throws {
        guard let cases = Conformance.json("mime/mail-parser/resources/address.json") as? [[String: Any]] else {
            return
        }
        var deviating = 0
        for test in cases {
            let header = try #require(test["header"] as? String)
            let expected = try #require(Self.expected(test["expected"]))
            let field = Self.firstField(header)
            let list = (try? MailboxList(parsing: field.span))?.mailboxes
            let found = list?.map { [$0.name ?? "", $0.mailbox.description.lowercased()] }
            if found != expected {
                deviating += 1
                let key = String(decoding: field, as: UTF8.self)
                #expect(Self.reason(for: key) != nil, "\(key.debugDescription): \(found ?? []) not \(expected)")
            }
        }
        Conformance.report("mime/mail-parser/address", cases: cases.count, deviations: deviating)
    }

    private static func reason(for field: String) -> String? {
        if field.contains("://") || field.contains("mailto:") || field.hasPrefix("NO (") {
            return "the value of a List field (RFC 2369), which is no address list"
        }
        if field.contains("(") { return "RFC 5322 §3.2.2: a comment is no part of a display name" }
        return deviations[field]
    }

    private static func expected(_ value: Any?) -> [[String]]? {
        guard let value = value as? [String: [[String: Any]]] else { return nil }
        if let list = value["List"] { return list.map(pair) }
        return value["Group"]?.flatMap { ($0["addresses"] as? [[String: Any]] ?? []).map(pair) }
    }

    private static func pair(_ entry: [String: Any]) -> [String] {
        [entry["name"] as? String ?? "", (entry["address"] as? String ?? "").lowercased()]
    }

    /// The bytes up to the line end that is not followed by a blank.
    static func firstField(_ text: String) -> [UInt8] {
        let bytes = Array(("X:" + text).utf8)
        let section = HeaderSection(scanning: bytes.span)
        return section.fields.first.map { Array(bytes[$0.valueRange]) } ?? []
    }
}
