import Foundation
import Loop
import Mail

@testable import DNSAuth

/// NSD with the zones of `TestZones` on a free loopback port.
final class AuthoritativeServer {
    let port: UInt16
    private let folder: TemporaryFolder
    private let process: RunningTool

    init(nsd: String, zones: [(name: String, file: URL)], folder: TemporaryFolder) throws {
        port = try LoopbackSocket.freePort()
        self.folder = folder
        let path = folder.url.path
        let entries = zones.map { "zone:\n  name: \"\($0.name)\"\n  zonefile: \"\($0.file.path)\"\n" }.joined()
        try folder.write(
            """
            server:
              ip-address: 127.0.0.1@\(port)
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
            \(entries)
            """, to: "nsd.conf")
        process = try RunningTool(nsd, ["-d", "-c", "\(path)/nsd.conf"], in: folder.url)
    }

    var address: SocketAddress { SocketAddress("127.0.0.1:\(port)")! }
    var log: String { (try? String(contentsOf: folder.url.appending(path: "nsd.log"), encoding: .utf8)) ?? "" }
}

/// Unbound, validating, in front of an authoritative server.
final class ValidatingServer {
    let address: SocketAddress
    private let folder: TemporaryFolder
    private let process: RunningTool

    init(unbound: String, behind server: AuthoritativeServer, zones: [String], anchor: URL) throws {
        let port = try LoopbackSocket.freePort()
        address = SocketAddress("127.0.0.1:\(port)")!
        folder = try TemporaryFolder()
        let path = folder.url.path
        let stubs = zones.map { "stub-zone:\n  name: \"\($0)\"\n  stub-addr: 127.0.0.1@\(server.port)\n" }.joined()
        try folder.write(
            """
            server:
              interface: 127.0.0.1@\(port)
              username: ""
              chroot: ""
              directory: "\(path)"
              pidfile: "\(path)/unbound.pid"
              logfile: "\(path)/unbound.log"
              use-syslog: no
              num-threads: 1
              do-ip6: no
              do-not-query-localhost: no
              module-config: "validator iterator"
              trust-anchor-file: "\(anchor.path)"
              val-log-level: 2
            remote-control:
              control-enable: no
            \(stubs)
            """, to: "unbound.conf")
        process = try RunningTool(unbound, ["-d", "-p", "-c", "\(path)/unbound.conf"], in: folder.url)
    }
}

/// A resolver on a loop of its own, for a server that needs a moment to start.
final class LiveResolver {
    let loop: EventLoop
    let resolver: DNSResolver

    init(_ server: SocketAddress, trustAD: Bool = false) throws {
        loop = try EventLoop(index: 0)
        loop.start()
        var options = ResolverOptions(servers: [server])
        options.trustAD = trustAD
        options.timeout = .seconds(5)
        options.failureTTL = 0
        resolver = DNSResolver(options: options, on: loop)
    }

    /// To be called at the end: a loop that is dropped with a question on it would never answer.
    func stop() { loop.stop() }

    /// Returns as soon as the server answers for the name. The test's time limit ends a wait in vain.
    func waitUntilServed(_ name: String) async throws {
        while true {
            try Task.checkCancellation()
            if let answer = try? await resolver.mx(name), answer.status == .found { return }
            try await loop.time.sleep(for: .milliseconds(20))
        }
    }
}

enum TestZones {
    static let bigText = (0..<40).map { "string-\($0)-" + String(repeating: "x", count: 90) }

    static let mail = """
        $ORIGIN mail.example.
        $TTL 300
        @ SOA ns hostmaster 1 3600 900 604800 60
        @ NS ns
        ns A 127.0.0.1
        @ MX 10 mx1
        one 120 MX 10 mx1
        multi MX 20 MX2
        multi MX 10 mx1
        multi MX 10 mx0
        null MX 0 .
        alias CNAME one
        long1 CNAME long2
        long2 CNAME long3
        long3 CNAME one
        loop1 CNAME loop2
        loop2 CNAME loop1
        away CNAME target.other.example.
        dangling CNAME nowhere
        mx1 A 192.0.2.1
        mx1 A 192.0.2.2
        mx1 AAAA 2001:db8::1
        six AAAA 2001:db8::6
        empty TXT "only text"
        txt TXT "v=spf1 " "-all"
        txt TXT "second"
        big TXT \(bigText.map { "\"\($0)\"" }.joined(separator: " "))
        _25._tcp.mx1 TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        deep.under.here A 192.0.2.9

        """

    static let other = """
        $ORIGIN other.example.
        $TTL 300
        @ SOA ns hostmaster 1 3600 900 604800 60
        @ NS ns.mail.example.
        target 30 MX 5 mx1.mail.example.

        """

    static let reverse4 = """
        $ORIGIN 2.0.192.in-addr.arpa.
        $TTL 300
        @ SOA ns.mail.example. hostmaster.mail.example. 1 3600 900 604800 60
        @ NS ns.mail.example.
        1 PTR mx1.mail.example.

        """

    static let reverse6 = """
        $ORIGIN 8.b.d.0.1.0.0.2.ip6.arpa.
        $TTL 300
        @ SOA ns.mail.example. hostmaster.mail.example. 1 3600 900 604800 60
        @ NS ns.mail.example.
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mx1.mail.example.

        """

    static let all = [
        ("mail.example", mail), ("other.example", other), ("2.0.192.in-addr.arpa", reverse4),
        ("8.b.d.0.1.0.0.2.ip6.arpa", reverse6),
    ]
}
