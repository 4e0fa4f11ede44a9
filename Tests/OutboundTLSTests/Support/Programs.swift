import Foundation
import Glibc
import Loop
import Mail
import Testing

/// The programs of the distribution that play the other side.
struct Programs {
    var nsd, unbound, keygen, signzone, openssl, stunnel, sink: String

    /// `nil`, with a visible line for each one that is missing.
    static func find(for test: String) -> Programs? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { String($0) }
        func path(_ name: String) -> String? {
            for folder in folders + ["/usr/sbin", "/usr/local/sbin", "/sbin"] {
                let path = "\(folder)/\(name)"
                if FileManager.default.isExecutableFile(atPath: path) { return path }
            }
            print("SKIPPED: \(test): needs \(name)")
            return nil
        }
        guard let nsd = path("nsd"), let unbound = path("unbound"), let keygen = path("ldns-keygen"),
            let signzone = path("ldns-signzone"), let openssl = path("openssl"), let stunnel = path("stunnel4"),
            let sink = path("smtp-sink")
        else { return nil }
        return Programs(
            nsd: nsd, unbound: unbound, keygen: keygen, signzone: signzone, openssl: openssl, stunnel: stunnel,
            sink: sink)
    }

    /// Runs to the end.
    /// - Returns: both outputs, and the exit status.
    static func run(
        _ path: String, _ arguments: [String], input: String = "", in folder: URL
    ) throws -> (status: Int32, said: String) {
        let out = folder.appending(path: "out-\(UUID().uuidString)")
        let into = folder.appending(path: "in-\(UUID().uuidString)")
        try Data().write(to: out)
        try Data(input.utf8).write(to: into)
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = try FileHandle(forReadingFrom: into)
        let handle = try FileHandle(forWritingTo: out)
        process.standardOutput = handle
        process.standardError = handle
        try process.runWithSignals()
        process.waitUntilExit()
        return (process.terminationStatus, try String(decoding: Data(contentsOf: out), as: UTF8.self))
    }
}

/// A folder that goes with its owner.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
    var path: String { url.path }

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, to name: String) throws {
        try text.write(to: url.appending(path: name), atomically: true, encoding: .utf8)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOf: url.appending(path: name), encoding: .utf8)
    }
}

/// A server program, ended with its owner.
final class Service {
    private let process = Process()

    init(_ path: String, _ arguments: [String], in folder: URL) throws {
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.runWithSignals()
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// A port of this address on which nobody listens just now, for TCP and UDP.
    static func freePort(_ address: String = "127.0.0.1") throws -> UInt16 {
        let listener = try Listener.bind(try #require(SocketAddress("\(address):0")))
        defer { listener.stop() }
        return listener.address.port
    }
}

extension Process {
    /// The threads that run tests block most signals, and a child inherits that: it could not be asked to end.
    fileprivate func runWithSignals() throws {
        var none = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
