import Foundation
import Mail

@testable import DNSAuth

/// What the vectors of mail-auth say of a record, in words that both sides can be put into. Their expectations are the
/// text of Rust values.
struct SPFVectorRecord: Decodable, Hashable {
    var record: String
    /// `fail a target=… v4=24 v6=128` and the like, in order.
    var directives: [String]
    var redirect: String
    var exp: String

    private static let converter = #"""
        import sys, json, re
        order = '.-+,/_='
        letters = {'Sender': 's', 'SenderLocalPart': 'l', 'SenderDomainPart': 'o', 'Domain': 'd', 'Ip': 'i',
                   'ValidatedDomain': 'p', 'IpVersion': 'v', 'HeloDomain': 'h', 'SmtpIp': 'c', 'HostDomain': 'r',
                   'CurrentTime': 't'}
        def variable(text):
            get = lambda key: re.search(key + r': ([^,]*),', text + ',').group(1).strip()
            letter = letters[get('letter').split('::')[1]]
            if get('escape') == 'true': letter = letter.upper()
            marks = set(re.findall(r"<< \(b'(.)' - b'\+'\)", text))
            marks = '' if marks == {'.'} else ''.join(c for c in order if c in marks)
            count = get('num_parts')
            count, turn = count if count != '0' else '', 'r' if get('reverse') == 'true' else ''
            return '%{' + letter + count + turn + marks + '}'
        def macro(text):
            found = re.findall(r'Macro::(None|Literal\(b"((?:[^"\\]|\\.)*)"|Variable \{(.*?)\}(?=,|$| ))', text)
            return ''.join(lit if kind[0] == 'L' else variable(var) for kind, lit, var in found if kind != 'None')
        def bits(text, width):
            m = re.search(r'MAX << \(%d - (\d+)\)' % width, text)
            return m.group(1) if m else str(width)
        def directive(text):
            qualifier = re.match(r'\s*Qualifier::(\w+)', text).group(1).lower()
            kind = re.search(r'Mechanism::(\w+)', text).group(1).lower()
            out = qualifier + ' ' + kind
            if kind in ('ip4', 'ip6'):
                width = 32 if kind == 'ip4' else 128
                return out + ' ' + re.search(r'addr: "([^"]*)"', text).group(1) + '/' + bits(text, width)
            target = macro(text)
            if target: out += ' ' + target
            if kind in ('a', 'mx'):
                four, six = text.split('ip6_mask')
                out += ' /' + bits(four.split('ip4_mask')[1], 32) + '//' + bits(six, 128)
            return out
        def modifier(text, key):
            m = re.search(r'[{,] ' + key + r': (.*?)(?=, (?:exp|redirect|directives|rp|rr|ra): |$)', text)
            return macro(m.group(1)) if m else ''
        out = []
        for case in json.load(open(sys.argv[1]))['cases']:
            if case['test'] != 'parse_spf': continue
            record, text = case['values'][0], case['values'][1]['rs']
            body = text.split('directives: ', 1)[1]
            out.append({'record': record, 'directives': [directive(d) for d in body.split('Directive::new(')[1:]],
                        'redirect': modifier(text, 'redirect'), 'exp': modifier(text, 'exp')})
        json.dump(out, sys.stdout)
        """#

    static func load(_ file: URL, python: String) throws -> [SPFVectorRecord] {
        let result = try Tool.run(python, ["-c", converter, file.path])
        guard result.status == 0 else { throw SuiteUnreadable(text: result.errors) }
        return try JSONDecoder().decode([SPFVectorRecord].self, from: Data(result.output.utf8))
    }

    /// The same of what we read.
    init(_ record: SPFRecord, text: String) {
        self.record = text
        directives = record.directives.map(Self.describe)
        redirect = record.redirect.map(Self.describe) ?? ""
        exp = record.explanation.map(Self.describe) ?? ""
    }

    private static func describe(_ directive: SPFDirective) -> String {
        func hosts(_ target: SPFMacro?, _ prefixes: SPFPrefixes) -> String {
            (target.map { " " + describe($0) } ?? "") + " /\(prefixes.v4)//\(prefixes.v6)"
        }
        let mechanism =
            switch directive.mechanism {
            case .all: "all"
            case .include(let target): "include \(describe(target))"
            case .exists(let target): "exists \(describe(target))"
            case .ptr(let target): "ptr" + (target.map { " " + describe($0) } ?? "")
            case .a(let target, let prefixes): "a" + hosts(target, prefixes)
            case .mx(let target, let prefixes): "mx" + hosts(target, prefixes)
            case .network(let network): (network.address.octets.count == 4 ? "ip4 " : "ip6 ") + "\(network)"
            }
        return "\(directive.qualifier) \(mechanism)"
    }

    private static func describe(_ macro: SPFMacro) -> String {
        if macro.parts.isEmpty { return macro.text }
        return macro.parts.map { part in
            switch part {
            case .literal(let bytes): return String(decoding: bytes, as: UTF8.self)
            case .expansion(let expansion):
                let letter = String(decoding: [expansion.letter.rawValue], as: UTF8.self)
                let marks = ".-+,/_=".utf8.filter {
                    SPFMacroReader.delimiterBit($0).map { $0 & expansion.delimiters != 0 } ?? false
                }
                let count = expansion.count.map { "\($0)" } ?? ""
                return "%{" + (expansion.isEscaped ? letter.uppercased() : letter) + count
                    + (expansion.isReversed ? "r" : "") + String(decoding: marks, as: UTF8.self) + "}"
            }
        }.joined()
    }
}
