import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The ten header cases that come with mail-auth's results: three header sections taken apart, five texts folded and
/// unfolded again, and two bare names of fields.
@Suite struct MailAuthHeaderTests {
    private static let deviations = [
        ": a\nTo: b\n \n \nc\n:\nFrom : d\nSubject: e\n\nNot-header: ignore\n":
            "RFC 5322 §2.2: a field has a name; mail-auth lists lines without one, Martlet notes them as malformed"
    ]

    @Test func headersAreTakenApartAndFolded() throws {
        guard let folder = Conformance.folder("dkim/mail-auth-vectors") else { return }
        let file = try Conformance.json(folder.appending(path: "common_headers.json")) as? [String: Any]
        let cases = try #require(file?["cases"] as? [[String: Any]])
        var agreed = 0
        var deviated: Set<String> = []
        for entry in cases {
            let values = try #require(entry["values"] as? [Any])
            let text = try #require(values[0] as? String)
            let isGood: Bool
            switch entry["test"] as? String {
            case "header_iterator":
                let expected = try #require((values[1] as? [String: Any])?["rs"] as? String)
                isGood = Self.fields(text) == Self.pairs(expected)
            case "header_folder_passthrough":
                var writer = HeaderWriter()
                try writer.append("X", text: text)
                let section = HeaderSection(scanning: writer.bytes.span)
                isGood =
                    section.fields.count == 1
                    && section.fields[0].unfoldedValue(in: writer.bytes.span) == Array(text.utf8)
            default:
                var writer = HeaderWriter()
                try writer.append(text, text: "value")
                isGood = HeaderSection(scanning: writer.bytes.span).first(text, in: writer.bytes.span) != nil
            }
            if isGood { agreed += 1 } else { deviated.insert(text) }
        }
        print(
            "conformance dkim/mail-auth-vectors headers: \(cases.count) cases, \(agreed) agree, "
                + "\(Self.deviations.count) deviations listed")
        #expect(deviated == Set(Self.deviations.keys))
        #expect(cases.count == 10 && agreed == 9)
    }

    private static func fields(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return HeaderSection(scanning: bytes.span).fields.map { field in
            let name = String(decoding: bytes[field.nameRange], as: UTF8.self)
            let value = String(decoding: bytes[field.valueRange], as: UTF8.self)
            return plain(name) + ":" + plain(value)
        }
    }

    /// `("From", " a\\n")` of Rust's source.
    private static func pairs(_ source: String) -> [String] {
        var quoted: [String] = []
        for (index, piece) in source.components(separatedBy: "\"").enumerated() where index % 2 == 1 {
            quoted.append(
                piece.replacingOccurrences(of: "\\n", with: "\n").replacingOccurrences(of: "\\r", with: "\r")
                    .replacingOccurrences(of: "\\t", with: "\t"))
        }
        return stride(from: 0, to: quoted.count - 1, by: 2).map { plain(quoted[$0]) + ":" + plain(quoted[$0 + 1]) }
    }

    /// Without white space: the vectors lost some of it.
    private static func plain(_ text: String) -> String { text.filter { !$0.isWhitespace } }
}
