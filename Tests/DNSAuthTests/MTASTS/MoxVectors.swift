import Foundation
import Mail
import MartletTesting

/// The vectors that were taken out of mox: calls with Go literals for arguments.
struct MoxVectors {
    struct Case {
        var test: String
        var function: String
        var input: String
        /// The Go expressions behind the input.
        var expected: [String]
        var note: String
    }

    let cases: [Case]
    private let zones: [String: [String]]

    init(_ file: URL) throws {
        guard let json = try Conformance.json(file) as? [String: Any], let list = json["cases"] as? [[String: Any]]
        else { throw CocoaError(.fileReadCorruptFile) }
        zones = json["dns_zone_by_test"] as? [String: [String]] ?? [:]
        cases = try list.map { entry in
            guard let test = entry["test"] as? String, let function = entry["fn"] as? String,
                let arguments = entry["args"] as? [Any], let input = arguments.first as? String
            else { throw CocoaError(.fileReadCorruptFile) }
            let expected = arguments.dropFirst().compactMap { ($0 as? [String: String])?["go"] }
            return Case(
                test: test, function: function, input: input, expected: expected, note: entry["note"] as? String ?? "")
        }
    }

    /// The mock resolver of a test, read from its Go text.
    func resolver(of test: String) throws -> FakeResolver {
        var resolver = FakeResolver()
        for text in zones[test] ?? [] {
            for match in text.matches(of: /"([^"]+)\.":\s*\{([^}]*)\}/) {
                resolver.txt[String(match.1)] = match.2.matches(of: /"([^"]*)"/).map { String($0.1) }
            }
            for match in text.matches(of: /"([^"]+)\.":\s*"([^"]+)\."/) {
                resolver.cname[String(match.1)] = String(match.2)
            }
            for match in text.matches(of: /"txt ([^"]+)\."/) { resolver.failures[String(match.1)] = .server(rcode: 2) }
        }
        return resolver
    }
}
