import Foundation
import Testing

/// An engine whose operator is the test: receivers of `Peers/receivers.py` on addresses of their own, a name server
/// that knows them as the MX hosts of `a.test`, `b.test` and `google.test` (which is the provider google), and a key.
final class OperatedEngine {
    static let (a, b, google) = ("127.0.0.41", "127.0.0.42", "127.0.0.43")
    static let (siteA, siteB, siteGoogle) = ("internet:mx.a.test", "internet:mx.b.test", "internet:@google")

    let folder: TemporaryFolder
    let receiverPort = FreePort.next()
    private(set) var daemon: Daemon?
    private(set) var key = ""
    private let python: String
    private let data: String
    private let control = FreePort.next()
    private let dns = FreePort.next()
    private let submission = FreePort.next()
    private let api = FreePort.next()
    private var nameServer: Daemon
    private let receivers: Daemon

    /// - Parameters:
    ///   - more: further keys of the configuration; FOLDER stands for the engine's.
    ///   - files: texts by the name of the file in that folder.
    ///   - data: where the engine keeps its data; in its folder without one.
    /// - Returns: `nil`, with a visible line, where a program is missing.
    init?(_ purpose: String, _ more: String = "", files: [String: String] = [:], data: String? = nil) throws {
        guard let nsd = Tool.path("nsd", neededFor: purpose), let python = Tool.path("python3", neededFor: purpose)
        else { return nil }
        self.python = python
        folder = try TemporaryFolder()
        self.data = data ?? "\(folder.path)/data"
        nameServer = try NameServer.start(nsd, port: dns, zones: Self.zones, in: folder)
        receivers = try Daemon(
            python, [Tool.peer("receivers.py"), "\(receiverPort)", "\(control)", Self.a, Self.b, Self.google])
        try #require(receivers.waits(for: control), "receivers.py did not start: \(receivers.errors)")
        for (name, text) in files { try folder.file(name, text: text) }
        try start(more)
        // Shown once, at the first start.
        try #require(
            eventually {
                let words = ((daemon?.output ?? "") + (daemon?.errors ?? "")).split(whereSeparator: \.isWhitespace)
                key = words.last { $0.hasPrefix("mt_live_") }.map(String.init) ?? ""
                return !key.isEmpty
            }, "no key: \(daemon?.errors ?? "")")
    }

    private static let zones = [
        "test": """
        $ORIGIN test.
        $TTL 300
        @ IN SOA ns.test. root.test. 1 3600 600 86400 60
        @ IN NS ns.test.
        ns IN A 127.0.0.1
        a IN MX 5 mx.a.test.
        mx.a IN A \(a)
        b IN MX 5 mx.b.test.
        mx.b IN A \(b)
        google IN MX 5 aspmx.l.google.com.
        """,
        "google.com": """
        $ORIGIN google.com.
        $TTL 300
        @ IN SOA ns.test. root.test. 1 3600 600 86400 60
        @ IN NS ns.test.
        aspmx.l IN A \(google)
        """,
    ]

    // MARK: the engine

    private func configuration(_ more: String) -> String {
        var text = """
            hostname: out.example
            data: \(data)
            api: {listen: "127.0.0.1:\(api)", require_verified_domain: false, require_known_domain: false}
            loops: 1
            submission:
              - {listen: "127.0.0.1:\(submission)", tls: none, trusted_networks: [127.0.0.0/8]}
            dns: {servers: ["127.0.0.1:\(dns)"], ipv6: false, timeout: 10s}
            transports:
              internet: {kind: smtp, port: \(receiverPort), tls: none, allow_loopback_targets: true}
            routes:
              - {match: "*", transport: internet}

            """
        if !more.contains("queue:") { text += "queue: {free_disk_percent: 1}\n" }
        return text + more.replacingOccurrences(of: "FOLDER", with: folder.path)
    }

    private func start(_ more: String) throws {
        daemon = try Engine.serve(configuration: configuration(more), port: submission, in: folder)
        try waitUntilReady()
    }

    /// The API answers from the first moment, with 503 until the journal has been read.
    private func waitUntilReady() throws {
        let isReady = try eventually { FreePort.accepts(api) ? try get("/readyz").status == 200 : false }
        try #require(isReady, "not ready: \(daemon?.errors ?? "")")
    }

    /// SIGKILL, and a new start: with other keys, if they are given.
    func killAndRestart(_ more: String? = nil) throws {
        daemon?.kill()
        if let more { try folder.file("martlet.yaml", text: configuration(more)) }
        let file = folder.url.appendingPathComponent("martlet.yaml")
        daemon = try Daemon(Engine.binary, ["serve", "--config", file.path])
        try #require(daemon?.waits(for: submission) == true, "\(daemon?.errors ?? "")")
        try waitUntilReady()
    }

    /// SIGHUP with these keys; waits for what the engine says to it.
    func reload(_ more: String, says words: String) throws {
        let before = daemon?.errors.count ?? 0
        try folder.file("martlet.yaml", text: configuration(more))
        daemon?.signal(SIGHUP)
        let said = eventually { (daemon?.errors.dropFirst(before).contains(words)) ?? false }
        try #require(said, "\(daemon?.errors ?? "")")
    }

    /// To be called at the end, while all still runs.
    func stop() {
        let status = daemon?.terminate()
        #expect(status == 0, "\(daemon?.errors.suffix(2_000) ?? "")")
        stopNameServer()
        receivers.kill()
    }

    func stopNameServer() { nameServer.kill() }

    // MARK: mail

    /// - Returns: the identifiers of the messages that were accepted, numbered from `first`.
    @discardableResult
    func hand(_ count: Int, first: Int = 0, to domains: String...) throws -> [String] {
        let result = try Tool.run(
            python, [Tool.peer("hand.py"), "\(submission)", "\(count)", "\(first)"] + domains)
        let ids = result.output.split(separator: "\n").map(String.init)
        try #require(ids.count == count, "\(result.errors)")
        return ids
    }

    /// Whether all of so many messages are accepted.
    func tries(_ count: Int, to domain: String) throws -> Bool {
        try Tool.run(python, [Tool.peer("hand.py"), "\(submission)", "\(count)", "0", domain]).status == 0
    }

    struct Seen: Decodable {
        /// Of the messages, as they came.
        var numbers: [Int]
        /// Messages by the address they came from.
        var sources: [String: Int]
        var hellos: [String]
        var refused: Int
        var connections: Int
    }

    func seen(_ host: String) throws -> Seen {
        let all = try JSONDecoder().decode([String: Seen].self, from: Data(try tell("{}").utf8))
        return try #require(all[host])
    }

    /// From now on: `"reply": "450 later"`, `"stall": true`, `"closed": true`.
    func change(_ host: String, _ words: String) throws { _ = try tell("{\"host\": \"\(host)\", \(words)}") }

    private func tell(_ line: String) throws -> String {
        let script = """
            import socket, sys
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30) as s:
                s.sendall(sys.argv[2].encode() + b"\\n")
                print(s.makefile().readline(), end="")
            """
        return try Tool.run(python, ["-c", script, "\(control)", line]).output
    }

    // MARK: the operator

    func martlet(_ arguments: String...) throws -> Tool.Result { try command(arguments) }

    func command(_ arguments: [String]) throws -> Tool.Result {
        try Tool.run(Engine.binary, arguments + ["--url", "http://127.0.0.1:\(api)", "--key", key])
    }

    func get(_ path: String) throws -> Curl.Answer {
        try Curl.send("GET", "http://127.0.0.1:\(api)\(path)", key: key)
    }

    @discardableResult
    func post(_ path: String, _ body: String) throws -> Curl.Answer {
        try Curl.send("POST", "http://127.0.0.1:\(api)\(path)", key: key, body: body)
    }

    /// The first delivery of the message, as `explain` shows it.
    struct Explained {
        var fields: [String: Any]
        var reason: String { fields["reason"] as? String ?? "" }
        var state: String { fields["state"] as? String ?? "" }
        var detail: String { fields["detail"] as? String ?? "" }
        var earliest: String { fields["earliest"] as? String ?? "" }
        var lastReply: String { fields["last_reply"] as? String ?? "" }
        var limit: [String: Any] { fields["limit"] as? [String: Any] ?? [:] }
        var rule: String { limit["rule"] as? String ?? "" }
        var figure: String { limit["figure"] as? String ?? "" }
        var hold: [String: Any] { fields["hold"] as? [String: Any] ?? [:] }
    }

    func explain(_ id: String) throws -> Explained {
        let answer = try get("/v1/messages/\(id)/explain")
        let first = (answer.data["deliveries"] as? [[String: Any]])?.first ?? [:]
        #expect(!answer.body.lowercased().contains("unknown"), "\(answer.body)")
        return Explained(fields: first)
    }

    /// Asks until the reason is this one.
    func explained(_ id: String, _ reason: String, within seconds: Double = 15) throws -> Explained {
        var last = Explained(fields: [:])
        let became = try eventually(within: seconds) {
            last = try explain(id)
            return last.reason == reason
        }
        #expect(became, "\(reason) was expected: \(last.fields)")
        #expect(!last.detail.isEmpty)
        return last
    }

    /// The first of these messages that waits for this reason.
    func waiting(_ ids: [String], _ reason: String, within seconds: Double = 15) throws -> Explained {
        var seen: Set<String> = []
        var found: Explained?
        _ = try eventually(within: seconds) {
            for id in ids where found == nil {
                let explained = try explain(id)
                seen.insert(explained.reason)
                if explained.reason == reason { found = explained }
            }
            return found != nil
        }
        return try #require(found, "\(reason) was expected, there are \(seen)")
    }
}
