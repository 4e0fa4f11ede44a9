import DNSAuth
import Foundation
import Loop
import Mail
import Testing

/// A signed and an unsigned zone behind NSD and a validating Unbound, mail hosts behind stunnel, and certificates.
final class SignedWorld {
    /// The mail port of every host; hosts with TLS are 127.0.0.1, the one without is 127.0.0.2.
    let port: UInt16
    let resolver: DNSResolver
    let loop: EventLoop
    let programs: Programs
    let folder: TemporaryFolder
    /// TLSA data in presentation form, by host.
    private(set) var records: [String: String] = [:]
    private var services: [Service] = []
    private let dump: URL

    private static let certificates = """
        set -e
        new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        openssl req -x509 $new -days 9 -subj /CN=Authority -addext keyUsage=keyCertSign -keyout ca.key -out ca.pem
        openssl req $new -subj /CN=leaf -addext subjectAltName=DNS:ta.signed.test,DNS:d-name.signed.test \\
            -keyout leaf.key -out leaf.csr
        openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 9 -copy_extensions copy -out leaf.pem
        cat leaf.pem ca.pem > chain.pem
        key() { openssl x509 -in $1 -pubkey -noout | openssl pkey -pubin -outform der; }
        key leaf.pem | openssl dgst -sha256 -r > leaf.spki
        key ca.pem | openssl dgst -sha256 -r > ca.spki
        openssl x509 -in ca.pem -outform der | openssl dgst -sha256 -r > ca.cert
        """

    init(_ programs: Programs) async throws {
        self.programs = programs
        folder = try TemporaryFolder()
        dump = folder.url.appending(path: "mail")
        port = try Service.freePort("127.0.0.2")
        loop = try EventLoop(index: 0)
        loop.start()
        let made = try Programs.run("/bin/sh", ["-c", Self.certificates], in: folder.url)
        try #require(made.status == 0, "\(made.said)")
        let digest = { [folder] (name: String) in String(try folder.read(name).prefix(64)) }
        let (leaf, authority, other) = (try digest("leaf.spki"), try digest("ca.cert"), try digest("ca.spki"))
        records = [
            "ee": "3 1 1 \(leaf)", "bad": "3 1 1 \(other)", "ta": "2 0 1 \(authority)", "name": "2 0 1 \(authority)",
            "wrong": "2 0 1 \(authority)", "unusable": "1 1 1 \(leaf)", "clear": "3 1 1 \(leaf)",
            "away": "3 1 1 \(leaf)", "broken": "3 1 1 \(leaf)",
        ]
        let anchor = try Self.signZones(programs, folder, port: port, records)
        let address = try Self.startNames(programs, folder, anchor: anchor, &services)
        var options = ResolverOptions(servers: [address])
        options.trustAD = true
        options.timeout = .seconds(5)
        options.failureTTL = 0
        resolver = DNSResolver(options: options, on: loop)
        try await startMail()
        while (try? await resolver.mx("d-ee.signed.test"))?.status != .found {
            try Task.checkCancellation()
            try await loop.time.sleep(for: .milliseconds(20))
        }
    }

    /// To be called at the end: a loop that is dropped with a question on it would never answer.
    func stop() { loop.stop() }

    // MARK: names

    private static func signZones(
        _ programs: Programs, _ folder: TemporaryFolder, port: UInt16, _ records: [String: String]
    ) throws -> String {
        let start = "$TTL 300\n@ SOA ns hostmaster 1 3600 900 604800 60\n@ NS ns\nns A 127.0.0.1\n"
        var signed = "$ORIGIN signed.test.\n" + start
        for host in ["ee", "bad", "ta", "name", "wrong", "unusable", "broken", "none"] {
            signed += "\(host) A 127.0.0.1\n"
        }
        signed += "clear A 127.0.0.2\nalias CNAME ee\naway CNAME host.plain.test.\n"
        for (host, record) in records { signed += "_\(port)._tcp.\(host) TLSA \(record)\n" }
        for host in records.keys.sorted() + ["none", "alias"] { signed += "d-\(host) MX 10 \(host)\n" }
        signed += "d-two MX 10 broken\nd-two MX 20 ee\nd-ghost MX 10 ghost\n"
        try folder.write(signed, to: "signed.zone")
        let plain =
            "$ORIGIN plain.test.\n" + start + "host A 127.0.0.1\nclear A 127.0.0.2\nd-plain MX 10 host\n"
            + "d-clear MX 10 clear\nd-ee MX 10 ee.signed.test.\n"
            + "d-ta MX 10 ta.signed.test.\nd-two MX 10 ee.signed.test.\nd-two MX 20 ta.signed.test.\n"
            + "_\(port)._tcp.host TLSA \(records["bad"] ?? "")\n"
        try folder.write(plain, to: "plain.zone")
        let key = try Programs.run(programs.keygen, ["-k", "-a", "ECDSAP256SHA256", "signed.test"], in: folder.url)
        let base = key.said.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(key.status == 0 && !base.isEmpty, "\(key.said)")
        let done = try Programs.run(
            programs.signzone, ["-f", "signed.zone.signed", "signed.zone", base], in: folder.url)
        try #require(done.status == 0, "\(done.said)")
        // One record changed after signing: its signature no longer holds.
        let text = try folder.read("signed.zone.signed")
        let name = "_\(port)._tcp.broken.signed.test."
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix(name) && $0.contains("\tTLSA\t3 1 1")
                ? $0.replacing("TLSA\t3 1 1", with: "TLSA\t2 1 1") : "\($0)"
        }
        try #require(lines.joined(separator: "\n") != text)
        try folder.write(lines.joined(separator: "\n"), to: "signed.zone.signed")
        return "\(base).key"
    }

    private static func startNames(
        _ programs: Programs, _ folder: TemporaryFolder, anchor: String, _ services: inout [Service]
    ) throws -> SocketAddress {
        let (path, origin, front) = (folder.path, try Service.freePort(), try Service.freePort())
        try folder.write(
            """
            server:
              ip-address: 127.0.0.1@\(origin)
              server-count: 1
              username: ""
              database: ""
              zonesdir: "\(path)"
              pidfile: "\(path)/nsd.pid"
              xfrdfile: "\(path)/xfrd.state"
              xfrdir: "\(path)"
              zonelistfile: "\(path)/zone.list"
              logfile: "\(path)/nsd.log"
            remote-control:
              control-enable: no
            zone:
              name: "signed.test"
              zonefile: "\(path)/signed.zone.signed"
            zone:
              name: "plain.test"
              zonefile: "\(path)/plain.zone"
            """, to: "nsd.conf")
        let stubs = ["signed.test", "plain.test"].map {
            "stub-zone:\n  name: \"\($0)\"\n  stub-addr: 127.0.0.1@\(origin)\n"
        }
        try folder.write(
            """
            server:
              interface: 127.0.0.1@\(front)
              username: ""
              chroot: ""
              directory: "\(path)"
              pidfile: "\(path)/unbound.pid"
              logfile: "\(path)/unbound.log"
              use-syslog: no
              num-threads: 1
              do-ip6: no
              do-not-query-localhost: no
              local-zone: "test." nodefault
              module-config: "validator iterator"
              trust-anchor-file: "\(path)/\(anchor)"
            remote-control:
              control-enable: no
            \(stubs.joined())
            """, to: "unbound.conf")
        services.append(try Service(programs.nsd, ["-d", "-c", "\(path)/nsd.conf"], in: folder.url))
        services.append(try Service(programs.unbound, ["-d", "-p", "-c", "\(path)/unbound.conf"], in: folder.url))
        return try #require(SocketAddress("127.0.0.1:\(front)"))
    }

    // MARK: mail

    private func startMail() async throws {
        let backend = try Service.freePort()
        try FileManager.default.createDirectory(at: dump, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: dump.path)
        try folder.write(
            """
            foreground = yes
            pid =
            syslog = no
            [smtp]
            accept = 127.0.0.1:\(port)
            connect = 127.0.0.1:\(backend)
            protocol = smtp
            cert = \(folder.path)/chain.pem
            key = \(folder.path)/leaf.key
            """, to: "stunnel.conf")
        services.append(try Service(programs.stunnel, ["\(folder.path)/stunnel.conf"], in: folder.url))
        // As root it wants a user to become.
        let user = getuid() == 0 ? ["-u", "nobody"] : []
        for address in ["127.0.0.1:\(backend)", "127.0.0.2:\(port)"] {
            services.append(
                try Service(programs.sink, user + ["-d", "\(dump.path)/%M.", address, "100"], in: folder.url))
            try await waitFor(address)
        }
        try await waitFor("127.0.0.1:\(port)")
    }

    private func waitFor(_ text: String) async throws {
        let address = try #require(SocketAddress(text))
        let knock = Knock(loop: loop)
        while await !knock.isAnswered(address) {
            try Task.checkCancellation()
            try await loop.time.sleep(for: .milliseconds(20))
        }
    }

    /// Messages that have arrived, by whatever way.
    var arrived: Int { (try? FileManager.default.contentsOfDirectory(atPath: dump.path))?.count ?? 0 }

    /// What `openssl s_client` thinks of the host's certificate under a TLSA record.
    func sClient(base: String, record: String) throws -> (isVerified: Bool, said: String) {
        let said = try Programs.run(
            programs.openssl,
            [
                "s_client", "-starttls", "smtp", "-connect", "127.0.0.1:\(port)", "-dane_tlsa_domain", base,
                "-dane_tlsa_rrdata", record, "-dane_ee_no_namechecks", "-verify_return_error", "-brief",
            ], input: "QUIT\r\n", in: folder.url
        ).said
        return (said.contains("Verification: OK"), said)
    }
}

private actor Knock {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) { self.loop = loop }

    func isAnswered(_ address: SocketAddress) async -> Bool {
        let stream = try? await SocketStream.connect(
            to: address, from: nil, on: loop, deadline: loop.time.now + .seconds(5))
        stream?.close()
        return stream != nil
    }
}
