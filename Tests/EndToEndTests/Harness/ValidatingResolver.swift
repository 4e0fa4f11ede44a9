import Foundation
import Testing

/// A zone signed by ldns, and Unbound in front of the name server, which believes that zone's key.
struct ValidatingResolver {
    let signer: String
    let keygen: String
    let unbound: String

    /// `nil`, with a visible line, where a program is missing.
    init?(neededFor purpose: String) {
        guard let signer = Tool.path("ldns-signzone", neededFor: purpose),
            let keygen = Tool.path("ldns-keygen", neededFor: purpose),
            let unbound = Tool.path("unbound", neededFor: purpose)
        else { return nil }
        (self.signer, self.keygen, self.unbound) = (signer, keygen, unbound)
    }

    /// The zone with its signatures, and the file of the key to trust.
    func sign(_ zone: String, named name: String, in folder: TemporaryFolder) throws -> (zone: String, anchor: String) {
        let file = try folder.file("\(name).unsigned", text: zone + "\n")
        let made = try Tool.run(
            "/bin/sh", ["-c", "cd '\(folder.path)' && '\(keygen)' -k -a ECDSAP256SHA256 '\(name)'"])
        let base = "\(folder.path)/" + made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(made.status == 0, "\(made.errors)")
        let signed = try Tool.run(signer, ["-f", "\(file.path).signed", file.path, base])
        try #require(signed.status == 0, "\(signed.errors)")
        return (try String(contentsOfFile: "\(file.path).signed", encoding: .utf8), "\(base).key")
    }

    /// Asks the name server at `origin` for these zones.
    func start(
        port: UInt16, origin: UInt16, zones: [String], anchor: String, in folder: TemporaryFolder
    ) throws -> Daemon {
        let stubs = zones.map { "stub-zone:\n  name: \"\($0)\"\n  stub-addr: 127.0.0.1@\(origin)\n" }.joined()
        let conf = try folder.file(
            "unbound.conf",
            text: """
                server:
                  interface: 127.0.0.1@\(port)
                  username: ""
                  chroot: ""
                  directory: "\(folder.path)"
                  pidfile: "\(folder.path)/unbound.pid"
                  use-syslog: no
                  num-threads: 1
                  do-ip6: no
                  do-not-query-localhost: no
                  local-zone: "test." nodefault
                  module-config: "validator iterator"
                  trust-anchor-file: "\(anchor)"
                remote-control:
                  control-enable: no
                \(stubs)
                """)
        let server = try Daemon(unbound, ["-d", "-p", "-c", conf.path])
        try #require(server.waits(for: port), "unbound did not start: \(server.errors)")
        return server
    }
}
