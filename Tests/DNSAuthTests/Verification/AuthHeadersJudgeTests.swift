import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// Several hundred messages with good and bad clients, signatures, seals and policies, judged by authheaders (pyspf,
/// dkimpy, and a DMARC of its own by RFC 7489) and by us.
@Suite struct AuthHeadersJudgeTests {
    private typealias Scene = AuthenticationScene

    private static let judge = #"""
        import sys, json, base64, spf, authheaders, authheaders.dmarc_lookup
        zone = json.loads(sys.stdin.readline())
        def lookup(name, qtype, tcpfallback=True, timeout=30):
            name = (name.decode() if isinstance(name, bytes) else name).lower().rstrip('.')
            rows = zone.get(qtype, {}).get(name, [])
            if qtype == 'TXT': rows = [(row.encode(),) for row in rows]
            if qtype == 'MX': rows = [(int(row.split()[0]), row.split()[1]) for row in rows]
            return [((name, qtype), row) for row in rows]
        spf.DNSLookup = lookup
        # Its list of public suffixes does not know .example, and it leaves out the list's default rule for that.
        organization = lambda name: '.'.join(name.split('.')[-2:])
        authheaders.get_org_domain = authheaders.dmarc_lookup.get_org_domain = organization
        def find(name, *a, **k):
            text = (name.decode() if isinstance(name, bytes) else name).lower().rstrip('.')
            rows = zone['TXT'].get(text)
            if not rows: return None
            return rows[0].encode() if '_domainkey' in text else rows[0]
        for line in sys.stdin:
            case = json.loads(line)
            field = authheaders.authenticate_message(
                base64.b64decode(case['message']), 'mx.receiver.example', spf=True, dkim=True, arc=True, dmarc=True,
                ip=case['ip'], mail_from=case['sender'], helo=case['helo'], dnsfunc=find)
            print(json.dumps(field))
        """#

    private struct Case: Encodable {
        var message: String
        var ip: String
        var sender: String
        var helo = "mx.alpha.example"
    }

    @Test(.timeLimit(.minutes(3))) func authheadersJudgesAlike() async throws {
        guard let python = Tool.python(with: "authheaders, spf, authres", for: "authheaders as judge") else { return }
        let resolver = try Scene.resolver()
        var zone: [String: [String: [String]]] = ["TXT": resolver.txt]
        zone["A"] = resolver.addresses.mapValues { $0.map(\.description) }
        zone["MX"] = resolver.mx.mapValues { $0.map { "\($0.preference) \($0.exchange)" } }
        let authenticator = DNSAuthenticator(resolver: resolver, time: VirtualTime())
        var random = SeededGenerator(seed: 16)
        var lines = [String(decoding: try JSONSerialization.data(withJSONObject: zone), as: UTF8.self)]
        var ours: [String] = []
        let count = 400
        for _ in 0..<count {
            let (content, entry) = try scenario(&random)
            lines.append(String(decoding: try JSONEncoder().encode(entry), as: UTF8.self))
            let client = MessageClient(
                address: IPAddress(entry.ip)!, helo: entry.helo, sender: Mailbox(entry.sender)!)
            let found = await authenticator.authenticate(content, from: client, at: Scene.now)
            let field = authenticator.resultsField(found, from: client, authority: "mx.receiver.example")
            ours.append(try Self.facts(String(decoding: field, as: UTF8.self)))
        }
        let output = try Tool.run(python, ["-c", Self.judge], input: Data((lines.joined(separator: "\n") + "\n").utf8))
        #expect(output.status == 0, "\(output.errors)")
        let theirs = try output.output.split(separator: "\n").map { line in
            try Self.facts(try JSONDecoder().decode(String.self, from: Data(line.utf8)))
        }
        try #require(theirs.count == count)
        var agreed = 0
        for index in 0..<count {
            if ours[index] == theirs[index] {
                agreed += 1
            } else {
                Issue.record(
                    "\(index): ours \(ours[index]), authheaders \(theirs[index]), \(lines[index + 1].suffix(120))")
            }
        }
        let kinds = Set(ours)
        print(
            "authheaders judges: \(count) messages, \(agreed) alike, \(kinds.count) different combinations of results")
        #expect(agreed == count)
        #expect(kinds.count > 12)
    }

    private func scenario(_ random: inout SeededGenerator) throws -> (Content, Case) {
        let author = Scene.domains.randomElement(using: &random)!
        let signer = Scene.domains.randomElement(using: &random)!
        let sender = Scene.domains.randomElement(using: &random)!
        var content = Scene.message(from: author)
        if Int.random(in: 0...3, using: &random) > 0 {
            content = try Scene.signed(content, by: Bool.random(using: &random) ? author : signer)
        }
        if Int.random(in: 0...2, using: &random) == 0 { content = try Scene.sealed(content, by: "relay.example") }
        if Int.random(in: 0...3, using: &random) == 0 { content.original += Array("changed\r\n".utf8) }
        let entry = Case(
            message: Data(content.original).base64EncodedString(),
            ip: [Scene.good, Scene.bad].randomElement(using: &random)!.description,
            sender: "bounce@\(Bool.random(using: &random) ? author : sender)")
        return (content, entry)
    }

    /// What both say in their own words. authheaders writes `fail` for a message without signature.
    private static func facts(_ field: String) throws -> String {
        let value = Array(field.utf8).drop { $0 != UInt8(ascii: ":") }.dropFirst()
        let read = try AuthenticationResults(parsing: Array(value).span)
        func result(_ method: String) -> String { read.first(method)?.result ?? "?" }
        let dkim = result("dkim") == "pass" ? "pass" : "not pass"
        return "spf=\(result("spf")) dkim=\(dkim) arc=\(result("arc")) dmarc=\(result("dmarc"))"
    }
}
