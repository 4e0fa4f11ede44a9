import Foundation
import Mail
import Testing

@testable import DNSAuth

/// A suite in the YAML of the openspf project: scenarios of zone data and tests.
struct SPFSuite: Decodable {
    struct Case: Decodable {
        var name: String
        var host: String
        var helo: String
        var mailfrom: String
        /// The first is preferred, any of them is right.
        var results: [String]
        /// "DEFAULT" is the receiver's own text, so none of the domain.
        var explanation: String?
        /// The text of a Received-SPF field as pyspf writes it.
        var header: String?
    }

    struct Scenario: Decodable {
        var zone: SPFZone
        var cases: [Case]
    }

    var scenarios: [Scenario]

    var count: Int { scenarios.reduce(0) { $0 + $1.cases.count } }

    /// Makes JSON of the YAML by the rules of the suite's own driver: a record of type SPF (99) is served as TXT where
    /// a name has none; TIMEOUT holds for the types that stand behind it.
    private static let converter = """
        import sys, json, yaml
        def rdata(rows):
            out, made, make = [], [], True
            for row in rows:
                if row == 'TIMEOUT': out.append(row); continue
                for t, v in row.items():
                    if t == 'TXT': make = False
                    elif t == 'SPF': made.append(('TXT', v))
                    if v != 'NONE': out.append((t, v))
            return out + (made if make else [])
        def text(v): return v if isinstance(v, str) else ''.join(v)
        def name(rows):
            rows, found = rdata(rows), {'txt': [], 'a': [], 'aaaa': [], 'mx': [], 'ptr': [], 'timeouts': []}
            for kind in ('txt', 'a', 'aaaa', 'mx', 'ptr'):
                waiting = True
                for row in rows:
                    if row == 'TIMEOUT':
                        if waiting: found['timeouts'].append(kind)
                        break
                    if row[0].lower() != kind: continue
                    waiting, v = False, row[1]
                    if kind == 'mx': found[kind].append({'preference': v[0], 'host': v[1].lower().rstrip('.')})
                    else: found[kind].append(text(v))
            aliases = [row[1] for row in rows if row != 'TIMEOUT' and row[0] == 'CNAME']
            if aliases: found['cname'] = aliases[0]
            return found
        def case(label, t):
            results = t['result'] if isinstance(t['result'], list) else [t['result']]
            return {'name': label, 'host': str(t['host']), 'helo': str(t['helo']), 'mailfrom': str(t['mailfrom']),
                    'results': results, 'explanation': t.get('explanation'), 'header': t.get('header')}
        scenarios = []
        for doc in yaml.safe_load_all(open(sys.argv[1], encoding='utf-8')):
            if not doc or 'tests' not in doc: continue
            scenarios.append({'zone': {n.lower(): name(rows) for n, rows in doc['zonedata'].items()},
                              'cases': [case(label, t) for label, t in doc['tests'].items()]})
        json.dump({'scenarios': scenarios}, sys.stdout)
        """

    /// `nil`, with a visible line, without the suite or without PyYAML.
    static func load(_ folder: String, _ file: String) throws -> SPFSuite? {
        guard let url = Conformance.folder(folder),
            let python = Tool.python(with: "yaml", for: "conformance \(folder)/\(file)")
        else { return nil }
        let result = try Tool.run(python, ["-c", converter, url.appending(path: file).path])
        guard result.status == 0 else { throw SuiteUnreadable(text: result.errors) }
        return try JSONDecoder().decode(SPFSuite.self, from: Data(result.output.utf8))
    }

    /// The sender as the SMTP server would hand it over, except that these are not all valid.
    static func mailbox(_ text: String) -> Mailbox? {
        guard !text.isEmpty else { return nil }
        guard let at = text.lastIndex(of: "@") else { return Mailbox(localPart: "", domain: Domain(canonical: text)) }
        return Mailbox(
            localPart: String(text[..<at]), domain: Domain(canonical: String(text[text.index(after: at)...])))
    }
}

struct SuiteUnreadable: Error { var text: String }
