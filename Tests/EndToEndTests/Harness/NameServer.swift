import Foundation
import Testing

/// NSD, authoritative for the zones of a scenario. To be ended by `kill`: it can be started anew on the same
/// port with other zones.
enum NameServer {
    /// - Parameter zones: the text of each zone file by the name of its zone.
    static func start(
        _ nsd: String, port: UInt16, zones: [String: String], in folder: TemporaryFolder
    ) throws -> Daemon {
        var conf = """
            server:
              ip-address: 127.0.0.1@\(port)
              username: ""
              chroot: ""
              zonesdir: "\(folder.path)"
              pidfile: "\(folder.path)/nsd.pid"
              xfrdfile: "\(folder.path)/xfrd.state"
              zonelistfile: "\(folder.path)/zone.list"
              xfrdir: "\(folder.path)"
              server-count: 1
            remote-control:
              control-enable: no

            """
        for (name, text) in zones {
            try folder.file("\(name).zone", text: text + "\n")
            conf += "zone:\n  name: \"\(name)\"\n  zonefile: \"\(name).zone\"\n"
        }
        let file = try folder.file("nsd.conf", text: conf)
        // The children of one that was killed go a moment after it.
        try #require(eventually { !FreePort.accepts(port) }, "somebody else listens on \(port)")
        let server = try Daemon(nsd, ["-d", "-c", file.path])
        try #require(server.waits(for: port), "nsd did not start: \(server.errors)")
        return server
    }

    /// The text of a TXT record as a zone file has it: strings of at most 255 bytes.
    static func quoted(_ text: String) -> String {
        var (rest, strings) = (text[...], [String]())
        while !rest.isEmpty {
            strings.append("\"\(rest.prefix(250))\"")
            rest = rest.dropFirst(250)
        }
        return strings.joined(separator: " ")
    }
}
