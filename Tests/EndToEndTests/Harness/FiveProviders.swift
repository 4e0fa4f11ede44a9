import Foundation
import Testing

/// Five receivers on loopback: a name server that knows their MX hosts, an `smtp-sink` for each, and in front of them
/// `Peers/providers.py`, which has their tempers and counts. And the engine that sends to them.
final class FiveProviders {
    let isFull = ProcessInfo.processInfo.environment["MARTLET_FULL"] != nil
    var messages: Int { isFull ? 50_000 : 2_000 }
    /// How long a broken engine may keep the test waiting.
    var patience: Double { isFull ? 1_500 : 240 }
    /// Deliveries a second from one source, wherever they go.
    let sourceRate: Double
    static let sourceBurst = 50.0

    private let folder: TemporaryFolder
    private let python: String
    private var peers: [Daemon] = []
    private let dns = FreePort.next()
    private let port = FreePort.next()
    private let control = FreePort.next()
    private let submission = FreePort.next()
    private let api = FreePort.next()

    /// `nil`, with a visible line, where a program is missing.
    init?() throws {
        let purpose = "the run against five providers"
        guard let nsd = Tool.path("nsd", neededFor: purpose), let sink = Tool.path("smtp-sink", neededFor: purpose),
            let python = Tool.path("python3", neededFor: purpose)
        else { return nil }
        self.python = python
        sourceRate = isFull ? 300 : 100
        folder = try TemporaryFolder()
        peers.append(try NameServer.start(nsd, port: dns, zones: Self.zones, in: folder))
        try startSinks(sink)
    }

    /// To be called at the end, while all still runs.
    func stop() {
        for peer in peers { peer.kill() }
    }

    // MARK: the receivers

    /// Their MX hosts, which tell the engine whose site it is, and the domains that name them.
    private static let receivers: [(name: String, host: String, zone: String, address: String)] = [
        ("google", "aspmx.l", "google.com", "127.0.0.31"),
        ("microsoft", "customer.mail.protection", "outlook.com", "127.0.0.32"),
        ("yahoo", "mta5.am0", "yahoodns.net", "127.0.0.33"),
        ("apple", "mx01.mail", "icloud.com", "127.0.0.34"),
        ("gmx", "mx00", "gmx.net", "127.0.0.35"),
    ]
    private static let domainsEach = 3

    private static var zones: [String: String] {
        func start(_ zone: String) -> String {
            "$ORIGIN \(zone).\n$TTL 300\n@ IN SOA ns.test. root.test. 1 3600 600 86400 60\n@ IN NS ns.test.\n"
        }
        var zones = ["test": start("test") + "ns IN A 127.0.0.1\nsender IN A 127.0.0.1\n"]
        for receiver in receivers {
            zones[receiver.zone] = start(receiver.zone) + "\(receiver.host) IN A \(receiver.address)"
            for number in 1...domainsEach {
                zones["test", default: ""] += "\(receiver.name)\(number) IN MX 5 \(receiver.host).\(receiver.zone).\n"
            }
        }
        return zones
    }

    /// What the engine is told not to exceed; counted at the other end.
    struct Limit {
        var connections: Int?
        var messagesPerConnection: Int?
        var messageRate: Double?
        var burst = 0.0
        var connectionRate: Double?
        var connectionBurst = 0.0
        /// For each source at this provider.
        var sourceRate: Double?
    }

    static func limits(_ isFull: Bool) -> [(name: String, limit: Limit)] {
        [
            (
                "google",
                Limit(
                    connections: 8, messagesPerConnection: 20, messageRate: isFull ? 200 : 100, burst: 20,
                    connectionRate: isFull ? 20 : 10, connectionBurst: 5)
            ), ("microsoft", Limit(connections: 6, burst: 10, sourceRate: isFull ? 100 : 50)),
            ("apple", Limit(connections: 10)),
            ("gmx", Limit(connections: 10, messageRate: isFull ? 150 : 100, burst: 10)),
        ]
    }

    private func startSinks(_ sink: String) throws {
        var settings: [[String: Any]] = []
        for receiver in Self.receivers {
            let behind = FreePort.next()
            let user = getuid() == 0 ? ["-u", "nobody"] : []
            let daemon = try Daemon(sink, user + ["-4", "127.0.0.1:\(behind)", "1000"])
            try #require(daemon.waits(for: behind), "smtp-sink did not start: \(daemon.errors)")
            peers.append(daemon)
            var each: [String: Any] = ["name": receiver.name, "listen": receiver.address, "sink": Int(behind)]
            if let limit = Self.limits(isFull).first(where: { $0.name == receiver.name })?.limit {
                each["message_rate"] = limit.messageRate
                each["connection_rate"] = limit.connectionRate
                each["source_rate"] = limit.sourceRate
            }
            settings.append(each)
        }
        // Their tempers. Google never sees a reason to complain; Yahoo takes fewer connections than it is offered.
        settings[0]["connections"] = 8
        // Microsoft counts over a time so long that even a slow machine's mail is too much for it in the end.
        settings[1]["throttle"] =
            isFull
            ? ["messages": 300, "seconds": 600, "pause": 3] : ["messages": 60, "seconds": 600, "pause": 2]
        settings[2]["connections"] = 3
        settings[3]["greylist"] = isFull ? 5 : 2
        settings[4]["blocked"] = ["127.0.0.12"]
        let all: [String: Any] = [
            "port": Int(port), "control": Int(control), "source_rate": sourceRate, "providers": settings,
        ]
        let file = folder.url.appendingPathComponent("providers.json")
        try JSONSerialization.data(withJSONObject: all).write(to: file)
        let front = try Daemon(python, [Tool.peer("providers.py"), file.path])
        try #require(front.waits(for: control), "providers.py did not start: \(front.errors)")
        peers.append(front)
    }

    // MARK: the engine

    var apiURL: String { "http://127.0.0.1:\(api)" }

    /// The key that a first start shows.
    func key(of engine: Daemon) -> String {
        let words = (engine.output + engine.errors).split(whereSeparator: \.isWhitespace)
        return words.last { $0.hasPrefix("mt_live_") }.map(String.init) ?? ""
    }

    /// Those whose effect lasts long enough to be seen at the end.
    static let lastingRules = ["too-many-connections", "blocked-address"]

    /// Suspensions and temporary limits in force, as the API shows them.
    func standing(_ engine: Daemon) -> String {
        let key = key(of: engine)
        return ["/v1/queue/holds", "/v1/queue"].map { path in
            (try? Curl.send("GET", apiURL + path, key: key).body) ?? ""
        }.joined()
    }

    func startEngine() throws -> Daemon {
        try folder.file("shaping.yaml", text: Self.shaping)
        return try Engine.serve(configuration: configuration, port: submission, in: folder)
    }

    private static let shaping = """
        include_shipped: false
        rules:
          - name: busy-server
            provider: [microsoft]
            code: [451]
            enhanced: [4.7.650]
            actions: [suspend]
            on: site+source
            for: 3s
            example: ["451 4.7.650 the mail server has been temporarily rate limited"]
          - name: too-many-connections
            provider: [yahoo]
            code: [421]
            text: ["too many concurrent connections"]
            trigger: 3/10s
            limit: {connections: 3}
            on: site
            for: 5min
          - name: blocked-address
            provider: [gmx]
            code: [550]
            text: ["mail from this address is blocked"]
            actions: [failover]
            on: site+source
            for: 1h
        """

    private var configuration: String {
        let google = Self.limits(isFull)[0].limit
        return """
            hostname: out.example
            data: \(folder.path)/data
            api: {listen: "127.0.0.1:\(api)"}
            loops: 2
            submission:
              - {listen: "127.0.0.1:\(submission)", tls: none, trusted_networks: [127.0.0.0/8]}
            dns: {servers: ["127.0.0.1:\(dns)"], ipv6: false}
            transports:
              internet:
                {kind: smtp, port: \(port), tls: none, allow_loopback_targets: true, connections: 12}
            routes:
              - {match: "*", transport: internet}
            queue:
              free_disk_percent: 1
              site_back_off: {first: 2s, maximum: 4s}
              retry:
                first: 2s
                maximum: 10s
                greylisting: {first: \(isFull ? 6 : 3)s, maximum: 20s}
                throttling: {first: 2s, maximum: 6s}
                policy: {first: 2s, maximum: 6s}
                hints: {honoured: false}
            sources:
              - {name: one, address: 127.0.0.11, helo: one.out.example}
              - {name: two, address: 127.0.0.12, helo: two.out.example}
              - {name: three, address: 127.0.0.13, helo: three.out.example}
            pools:
              - {name: main, sources: [one, two, three]}
            shaping: {file: \(folder.path)/shaping.yaml}
            limits:
              - match: provider:google
                connections: 8
                messages_per_connection: 20
                message_rate: \(Int(google.messageRate ?? 0))/s
                burst: 20
                connection_rate: \(Int(google.connectionRate ?? 0))/s
                connection_burst: 5
              - {match: "provider:microsoft", connections: 6}
              - {match: "provider:microsoft source:*", message_rate: \(isFull ? 100 : 50)/s, burst: 10}
              - {match: "provider:apple", connections: 10}
              - {match: "provider:gmx", connections: 10, message_rate: \(isFull ? 150 : 100)/s, burst: 10}
              - {match: "source:*", message_rate: \(Int(sourceRate))/s, burst: \(Int(Self.sourceBurst))}
            """
    }

    func send() throws -> Int {
        let domains = (1...Self.domainsEach).flatMap { number in Self.receivers.map { "\($0.name)\(number).test" } }
        let result = try Tool.run(
            python, [Tool.peer("campaign.py"), "\(submission)", "\(messages)", "10"] + domains)
        return Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    // MARK: what was counted

    func arrived() throws -> Int? {
        Int(try ask("count").trimmingCharacters(in: .whitespacesAndNewlines))
    }

    func figures() throws -> Figures { try Figures(try ask("all")) }

    private func ask(_ words: String) throws -> String {
        let script = """
            import socket, sys
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60) as s:
                s.sendall(sys.argv[2].encode() + b"\\n")
                print(s.makefile().readline(), end="")
            """
        return try Tool.run(python, ["-c", script, "\(control)", words]).output
    }

    struct Figures: Decodable {
        struct Provider: Decodable {
            var name: String
            var accepted: Int
            var distinct: Int
            var repeated: Int
            var unknown: Int
            var attempts: Int
            var connections: Int
            var mostOpen: Int
            var mostMessages: Int
            var pauses: Int
            var seconds: Double
            var replies: [String: Int]
            var sources: [String: Int]
            var messageBurst: Double?
            var connectionBurst: Double?
            var sourceBurst: Double?
        }

        var providers: [Provider]
        var sourceBurst: Double
        var lag: Double
        var text = ""

        private enum CodingKeys: String, CodingKey { case providers, sourceBurst, lag }

        init(_ text: String) throws {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            self = try decoder.decode(Figures.self, from: Data(text.utf8))
            self.text = text
        }

        subscript(name: String) -> Provider? { providers.first { $0.name == name } }

        var summary: String {
            providers.map { each in
                "\(each.name) \(each.accepted) in \(Int(each.seconds)) s, \(each.attempts) attempts, "
                    + "\(each.connections) connections (\(each.mostOpen) at once), "
                    + each.replies.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: " ")
            }.joined(separator: "; ") + "; lag \(lag) s"
        }
    }
}
