import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// One case of mailauth's DMARC tests, read from its JSON: zones, calls in JavaScript, expectations in Chai's words.
struct MailauthCase {
    struct Call {
        var author: DMARCAuthor
        var dkim: [DKIMOutcome] = []
        var spf: [SPFOutcome] = []
    }

    var name: String
    var resolver: RecordingResolver
    var calls: [Call]
    var expectations: [(subject: String, predicate: String)]

    static func all(in file: URL) throws -> [MailauthCase] {
        let list = try #require(try Conformance.json(file) as? [[String: Any]])
        return try list.map { try MailauthCase($0) }
    }

    init(_ entry: [String: Any]) throws {
        name = try #require(entry["name"] as? String)
        let zones = try #require(entry["zones"] as? [[String: Any]])
        resolver = Self.resolver(zones.first ?? [:])
        let calls = try #require(entry["calls"] as? [[String: Any]])
        self.calls = try calls.map(Self.call)
        let expect = try #require(entry["expect"] as? [[String: String]])
        expectations = expect.map { ($0["subject"] ?? "", $0["is"] ?? "") }
    }

    private static func resolver(_ zone: [String: Any]) -> RecordingResolver {
        if let script = zone["js_resolver"] as? String {
            // Three kinds of stub: a name that does not exist, a server that is silent, the same answer everywhere.
            if script.contains("ETIMEOUT") { return RecordingResolver(FakeResolver(), failure: .timeout) }
            if script.contains("return [['v=DMARC1; p=reject']]") {
                return RecordingResolver(FakeResolver(), everywhere: ["v=DMARC1; p=reject"])
            }
            return RecordingResolver(FakeResolver())
        }
        var table = FakeResolver()
        for (name, records) in zone {
            guard let records = records as? [String: Any] else { continue }
            if let texts = records["TXT"] as? [[String]] { table.txt[name] = texts.map { $0.joined() } }
            if records["A"] != nil || records["MX"] != nil { table.empty.insert(name) }
        }
        return RecordingResolver(table)
    }

    private static func call(_ entry: [String: Any]) throws -> Call {
        if let arguments = entry["args"] as? String {
            let name = quoted(arguments).first ?? ""
            return Call(author: name.isEmpty ? .missing : .domain(.name(name)))
        }
        if let script = entry["js"] as? String {
            let from = quoted(try #require(script.firstMatch(of: /headerFrom: (\[.*?\]|'.*?')/)?.1))
            return Call(
                author: author(from), dkim: try Self.domains("dkimDomains", in: script).map { .signed(.pass, $0) },
                spf: try Self.domains("spfDomains", in: script).map { .mailFrom(.pass, $0) })
        }
        let from = try #require(entry["headerFrom"] as? String)
        func domains(_ key: String) -> [String] {
            (entry[key] as? [[String: Any]] ?? []).compactMap { $0["domain"] as? String }
        }
        return Call(
            author: author([from]), dkim: domains("dkimDomains").map { .signed(.pass, $0) },
            spf: domains("spfDomains").map { .mailFrom(.pass, $0) })
    }

    /// mailauth takes addresses or bare domains here, so that a bare domain is no header of ours.
    private static func author(_ addresses: [String]) -> DMARCAuthor {
        if addresses.count == 1, !addresses[0].contains("@") { return .domain(.name(addresses[0])) }
        return DMARCAuthor.read(field: Array(addresses.joined(separator: ", ").utf8).span)
    }

    private static func domains(_ key: String, in script: String) throws -> [String] {
        guard let list = script.firstMatch(of: try Regex("\(key): \\[(.*?)\\]", as: (Substring, Substring).self))?.1
        else { return [] }
        return quoted(list)
    }

    private static func quoted(_ text: some StringProtocol) -> [String] {
        String(text).matches(of: /'(.*?)'/).map { String($0.1) }
    }
}

/// What an expectation speaks about.
enum MailauthFact: Equatable {
    case absent
    case bool(Bool)
    case number(Int)
    case text(String)
    case list([String])
    case object

    /// Whether the fact is what Chai's words ask; `nil` for words that no case had when this was written.
    func satisfies(_ predicate: String) -> Bool? {
        switch predicate {
        case "be.true": return self == .bool(true)
        case "be.false": return self == .bool(false)
        case "be.undefined": return self == .absent
        case "not.be.ok": return self == .absent || self == .bool(false)
        case "be.an('object')": return self == .object
        case "be.a('string')": if case .text = self { return true } else { return false }
        default: break
        }
        if let match = predicate.wholeMatch(of: /equal\((\d+)\)/) { return self == .number(Int(match.1) ?? -1) }
        if let match = predicate.wholeMatch(of: /equal\('(.*)'\)/) { return self == .text(String(match.1)) }
        // The conversion of the suite cut two expectations at the semicolon of the record.
        if let match = predicate.wholeMatch(of: /equal\('(.*)/) {
            if case .text(let text) = self { return text.hasPrefix(match.1) }
            return false
        }
        if let match = predicate.wholeMatch(of: /(?:contain|include)\('(.*)'\)/) {
            if case .text(let text) = self { return text.contains(match.1) }
            return false
        }
        if let match = predicate.wholeMatch(of: /deep\.equal\(\s*\[(.*)\]\s*\)/) {
            return self == .list(String(match.1).matches(of: /'(.*?)'/).map { String($0.1) })
        }
        return nil
    }
}
