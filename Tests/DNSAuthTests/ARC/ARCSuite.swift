import Foundation
import Mail
import MartletTesting

@testable import DNSAuth

/// The suite of arc/valimail, brought from YAML into values.
struct ARCSuite: Decodable {
    struct Scenario: Decodable {
        var description: String
        var domain: String?
        var selector: String?
        /// Base64 of PKCS#1.
        var key: String?
        var records: [String: String]
        var tests: [Case]
    }

    struct Case: Decodable {
        var name: String
        var message: String
        var cv: String?
        var time: Int64?
        var headers: String?
        var authority: String?
        var seal: String?
        var signature: String?
        var results: String?

        /// With CRLF.
        var content: Content {
            Content(original: Array(message.replacingOccurrences(of: "\n", with: "\r\n").utf8))
        }
    }

    var scenarios: [Scenario]

    private static let converter = """
        import json, sys, yaml
        out = []
        for d in yaml.safe_load_all(open(sys.argv[1])):
            tests = [dict(name=n, message=t['message'], cv=t.get('cv'), time=t.get('t'), headers=t.get('sig-headers'),
                          authority=t.get('srv-id'), seal=t.get('AS'), signature=t.get('AMS'), results=t.get('AAR'))
                     for n, t in d['tests'].items()]
            out.append(dict(description=d['description'], domain=d.get('domain'), selector=d.get('sel'),
                            key=d.get('privatekey'), records=d.get('txt-records') or {}, tests=tests))
        print(json.dumps(dict(scenarios=out)))
        """

    /// `nil`, and a visible line, when the suite or what reads it is not there.
    static func read(_ file: String) throws -> ARCSuite? {
        guard let folder = Conformance.folder("arc/valimail"),
            let python = Tool.python(with: "yaml", for: "conformance arc/valimail \(file)")
        else { return nil }
        let result = try Tool.run(python, ["-c", converter, folder.appending(path: "tests/\(file)").path])
        guard result.status == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return try JSONDecoder().decode(ARCSuite.self, from: Data(result.output.utf8))
    }
}

extension ARCSuite.Scenario {
    var resolver: FakeResolver {
        var resolver = FakeResolver()
        for (name, text) in records { resolver.txt[name.lowercased()] = [text] }
        return resolver
    }
}
